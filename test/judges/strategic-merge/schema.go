package main

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

var podType = reflect.TypeFor[corev1.Pod]()

// schema is what merge-schema.ts calls MergeSchema: only the lists that are merged, and the way to them.
type schema struct {
	Lists   map[string]list   `json:"lists,omitempty"`
	Objects map[string]schema `json:"objects,omitempty"`
}

type list struct {
	MergeKey string  `json:"mergeKey,omitempty"`
	Items    *schema `json:"items,omitempty"`
}

func (s schema) empty() bool { return len(s.Lists) == 0 && len(s.Objects) == 0 }

func schemaOf(t reflect.Type) schema {
	s := schema{Lists: map[string]list{}, Objects: map[string]schema{}}
	for i := range t.NumField() {
		field := t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous && strings.Contains(options, "inline") {
			inlined := schemaOf(field.Type)
			maps.Copy(s.Lists, inlined.Lists)
			maps.Copy(s.Objects, inlined.Objects)
			continue
		}
		strategies := strings.Split(field.Tag.Get("patchStrategy"), ",")
		fieldType := pointee(field.Type)
		switch {
		case fieldType.Kind() == reflect.Slice && slices.Contains(strategies, "merge"):
			l := list{MergeKey: field.Tag.Get("patchMergeKey")}
			if element := pointee(fieldType.Elem()); element.Kind() == reflect.Struct {
				if items := schemaOf(element); !items.empty() {
					l.Items = &items
				}
			}
			s.Lists[name] = l
		case fieldType.Kind() == reflect.Struct:
			if object := schemaOf(fieldType); !object.empty() {
				s.Objects[name] = object
			}
		}
	}
	return s
}

func pointee(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}
