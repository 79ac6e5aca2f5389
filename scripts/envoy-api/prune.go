package main

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// reachable is the set of messages and enums that the roots need, by full name.
type reachable map[protoreflect.FullName]bool

func (r reachable) addMessage(message protoreflect.MessageDescriptor) {
	if r[message.FullName()] {
		return
	}
	r[message.FullName()] = true
	for i := range message.Fields().Len() {
		field := message.Fields().Get(i)
		if field.Message() != nil {
			r.addMessage(field.Message())
		}
		if field.Enum() != nil {
			r[field.Enum().FullName()] = true
		}
	}
}

// prunedFile keeps what is reachable of a file; nil where that is nothing. Options say how other languages name things
// and what Envoy validates; none of it is on the wire, but for what is put back by keepWireOptions.
func prunedFile(file protoreflect.FileDescriptor, keep reachable) *descriptorpb.FileDescriptorProto {
	pruned := protodesc.ToFileDescriptorProto(file)
	pruned.MessageType = prunedMessages(pruned.MessageType, file.FullName(), keep)
	pruned.EnumType = prunedEnums(pruned.EnumType, file.FullName(), keep)
	if len(pruned.MessageType) == 0 && len(pruned.EnumType) == 0 {
		return nil
	}
	pruned.Service, pruned.Extension, pruned.Options = nil, nil, nil
	pruned.PublicDependency, pruned.WeakDependency = nil, nil
	return pruned
}

func prunedMessages(all []*descriptorpb.DescriptorProto, parent protoreflect.FullName, keep reachable) []*descriptorpb.DescriptorProto {
	var kept []*descriptorpb.DescriptorProto
	for _, message := range all {
		name := parent.Append(protoreflect.Name(message.GetName()))
		message.NestedType = prunedMessages(message.NestedType, name, keep)
		message.EnumType = prunedEnums(message.EnumType, name, keep)
		isParent := len(message.NestedType) > 0 || len(message.EnumType) > 0
		if !keep[name] {
			if !isParent {
				continue
			}
			message.Field, message.OneofDecl = nil, nil
		}
		message.Extension = nil
		keepWireOptions(message)
		kept = append(kept, message)
	}
	return kept
}

func prunedEnums(all []*descriptorpb.EnumDescriptorProto, parent protoreflect.FullName, keep reachable) []*descriptorpb.EnumDescriptorProto {
	var kept []*descriptorpb.EnumDescriptorProto
	for _, enum := range all {
		if !keep[parent.Append(protoreflect.Name(enum.GetName()))] {
			continue
		}
		if enum.Options.GetAllowAlias() {
			enum.Options = &descriptorpb.EnumOptions{AllowAlias: proto.Bool(true)}
		} else {
			enum.Options = nil
		}
		for _, value := range enum.Value {
			value.Options = nil
		}
		kept = append(kept, enum)
	}
	return kept
}

func keepWireOptions(message *descriptorpb.DescriptorProto) {
	if message.Options.GetMapEntry() {
		message.Options = &descriptorpb.MessageOptions{MapEntry: proto.Bool(true)}
	} else {
		message.Options = nil
	}
	for _, field := range message.Field {
		if field.Options != nil && field.Options.Packed != nil {
			field.Options = &descriptorpb.FieldOptions{Packed: field.Options.Packed}
		} else {
			field.Options = nil
		}
	}
	for _, oneof := range message.OneofDecl {
		oneof.Options = nil
	}
}
