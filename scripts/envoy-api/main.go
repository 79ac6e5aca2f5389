// Writes the part of Envoy's API that the control plane uses as a FileDescriptorSet, from the descriptors that the Go
// module of exactly one Envoy version carries. The same module gives the same bytes.
//
// Usage: go run . FILE
package main

import (
	"fmt"
	"os"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// descriptorSet holds each file after those that it imports, as readers of a set expect.
func descriptorSet() *descriptorpb.FileDescriptorSet {
	keep := reachable{}
	for _, message := range messages {
		keep.addMessage(message.ProtoReflect().Descriptor())
	}
	set := &descriptorpb.FileDescriptorSet{}
	kept := map[string]bool{}
	seen := map[string]bool{}
	var visit func(file protoreflect.FileDescriptor)
	visit = func(file protoreflect.FileDescriptor) {
		if seen[file.Path()] {
			return
		}
		seen[file.Path()] = true
		for i := range file.Imports().Len() {
			visit(file.Imports().Get(i).FileDescriptor)
		}
		pruned := prunedFile(file, keep)
		if pruned == nil {
			return
		}
		pruned.Dependency = only(pruned.Dependency, kept)
		kept[file.Path()] = true
		set.File = append(set.File, pruned)
	}
	for _, message := range messages {
		visit(message.ProtoReflect().Descriptor().ParentFile())
	}
	return set
}

// only the imports that are left; the others held annotations.
func only(paths []string, kept map[string]bool) []string {
	var left []string
	for _, path := range paths {
		if kept[path] {
			left = append(left, path)
		}
	}
	return left
}

func run(path string) error {
	set := descriptorSet()
	bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(set)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, bytes, 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %d files, %d bytes\n", path, len(set.File), len(bytes))
	return nil
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run . FILE")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
