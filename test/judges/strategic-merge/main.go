// The judge of src/kubernetes/strategic-merge.ts: Kubernetes' own implementation.
//
// It merges every case of a folder (in/<case>.yaml with base and patch) and either writes what comes out
// (out/<case>.json, with -update) or says where that is not what is there. It also writes the merge keys of a Pod as
// the tags of the Go types have them (merge-schema.json). The unit tests hold our implementation against these files,
// so that they need no Go.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"sigs.k8s.io/yaml"
)

func main() {
	folder := flag.String("golden", "../../golden/strategic-merge", "folder with in/ and out/")
	update := flag.Bool("update", false, "write the outputs instead of comparing them")
	flag.Parse()
	if err := run(*folder, *update); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(folder string, update bool) error {
	inputs, err := filepath.Glob(filepath.Join(folder, "in", "*.yaml"))
	if err != nil {
		return err
	}
	if len(inputs) == 0 {
		return fmt.Errorf("%s has no cases", folder)
	}
	outputs := map[string]any{"merge-schema.json": schemaOf(podType)}
	for _, input := range inputs {
		outcome, err := judge(input)
		if err != nil {
			return fmt.Errorf("%s: %w", input, err)
		}
		name := strings.TrimSuffix(filepath.Base(input), ".yaml")
		outputs[filepath.Join("out", name+".json")] = outcome
	}
	wrong, err := orphans(folder, outputs, update)
	if err != nil {
		return err
	}
	for name, value := range outputs {
		text, err := json.MarshalIndent(value, "", "  ")
		if err != nil {
			return err
		}
		text = append(text, '\n')
		path := filepath.Join(folder, name)
		if update {
			if err := os.WriteFile(path, text, 0o644); err != nil {
				return err
			}
		} else if existing, err := os.ReadFile(path); err != nil || !bytes.Equal(existing, text) {
			fmt.Fprintf(os.Stderr, "%s is not what Kubernetes makes of it\n", path)
			wrong++
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d files differ", wrong)
	}
	fmt.Printf("%d cases, as Kubernetes merges them\n", len(inputs))
	return nil
}

// orphans counts the outputs whose case is gone; with update it removes them.
func orphans(folder string, outputs map[string]any, update bool) (int, error) {
	files, err := filepath.Glob(filepath.Join(folder, "out", "*.json"))
	if err != nil {
		return 0, err
	}
	count := 0
	for _, file := range files {
		if _, ok := outputs[filepath.Join("out", filepath.Base(file))]; ok {
			continue
		}
		if update {
			if err := os.Remove(file); err != nil {
				return 0, err
			}
			continue
		}
		fmt.Fprintf(os.Stderr, "%s has no case\n", file)
		count++
	}
	return count, nil
}

type mergeCase struct {
	Base  json.RawMessage `json:"base"`
	Patch json.RawMessage `json:"patch"`
}

type outcome struct {
	Merged json.RawMessage `json:"merged,omitempty"`
	// Error only says that there is one: messages name maps in random order.
	Error bool `json:"error,omitempty"`
}

func judge(input string) (outcome, error) {
	text, err := os.ReadFile(input)
	if err != nil {
		return outcome{}, err
	}
	var c mergeCase
	if err := yaml.UnmarshalStrict(text, &c); err != nil {
		return outcome{}, err
	}
	merged, err := strategicpatch.StrategicMergePatch(c.Base, c.Patch, corev1.Pod{})
	if err != nil {
		return outcome{Error: true}, nil
	}
	return outcome{Merged: merged}, nil
}
