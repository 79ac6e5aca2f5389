// Package conformance is the Gateway API's own conformance suite for meshes, as a program: every flag of the suite works,
// and -results tells of each test as soon as it has ended. The suite's report leaves some tests out of its numbers.
package conformance

import (
	"encoding/json"
	"flag"
	"os"
	"slices"
	"testing"
	"time"

	"sigs.k8s.io/gateway-api/conformance"
	"sigs.k8s.io/gateway-api/conformance/tests"
	meshtests "sigs.k8s.io/gateway-api/conformance/tests/mesh"
	"sigs.k8s.io/gateway-api/conformance/utils/suite"
	"sigs.k8s.io/gateway-api/pkg/features"
)

var resultsPath = flag.String("results", "", "file to which a line of JSON is added for each test")

type result struct {
	Test string `json:"test"`
	// "passed", "failed" or "skipped".
	Result string `json:"result"`
	// From the moment that the test's routes have been applied.
	Seconds  float64                `json:"seconds"`
	Features []features.FeatureName `json:"features"`
}

func TestMesh(t *testing.T) {
	options := conformance.DefaultOptions(t)
	// The others want a Gateway, and would all be skipped.
	tests.ConformanceTests = slices.Clone(meshtests.MeshConformanceTests)
	if *resultsPath != "" {
		options.Hook = record(t, tests.ConformanceTests, *resultsPath)
	}
	conformance.RunConformanceWithOptions(t, options)
}

// record gives what the suite is to call after each of these tests. They run one after another.
func record(
	t *testing.T, all []suite.ConformanceTest, path string,
) func(*testing.T, suite.ConformanceTest, *suite.ConformanceTestSuite) {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	begun := map[string]time.Time{}
	for i := range all {
		name, run := all[i].ShortName, all[i].Test
		all[i].Test = func(t *testing.T, s *suite.ConformanceTestSuite) {
			begun[name] = time.Now()
			run(t, s)
		}
	}
	lines := json.NewEncoder(file)
	return func(ended *testing.T, test suite.ConformanceTest, _ *suite.ConformanceTestSuite) {
		line := result{Test: test.ShortName, Result: outcome(ended), Features: test.Features}
		if start, ok := begun[test.ShortName]; ok {
			line.Seconds = time.Since(start).Seconds()
		}
		if err := lines.Encode(line); err != nil {
			t.Error(err)
		}
	}
}

func outcome(t *testing.T) string {
	switch {
	case t.Failed():
		return "failed"
	case t.Skipped():
		return "skipped"
	default:
		return "passed"
	}
}
