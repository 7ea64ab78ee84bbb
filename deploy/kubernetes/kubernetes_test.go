// Package kubernetes_test builds the kustomization as kubectl does, and decodes
// the objects into Kubernetes' own types, which refuse unknown fields. It is a
// module of its own, so that the service does not depend on those types.
package kubernetes_test

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"testing"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// A base holds all objects of the kustomization.
type base struct {
	account    core.ServiceAccount
	claim      core.PersistentVolumeClaim
	deployment apps.Deployment
	service    core.Service
	monitor    monitoring.ServiceMonitor
	budget     policy.PodDisruptionBudget
	network    networking.NetworkPolicy
}

// objects returns where to decode each object.
func (b *base) objects() map[string]any {
	return map[string]any{
		"v1 ServiceAccount aurea":                       &b.account,
		"v1 PersistentVolumeClaim aurea-data":           &b.claim,
		"apps/v1 Deployment aurea":                      &b.deployment,
		"v1 Service aurea":                              &b.service,
		"monitoring.coreos.com/v1 ServiceMonitor aurea": &b.monitor,
		"policy/v1 PodDisruptionBudget aurea":           &b.budget,
		"networking.k8s.io/v1 NetworkPolicy aurea":      &b.network,
	}
}

// build builds the base.
func build(t *testing.T) (b base) {
	t.Helper()
	decode(t, ".", b.objects())
	return b
}

// decode builds a kustomization and decodes its objects. Each is there once. The
// keys of objects are version, kind and name.
func decode(t *testing.T, folder string, objects map[string]any) {
	t.Helper()
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range made.Resources() {
		key := object.GetApiVersion() + " " + object.GetKind() + " " + object.GetName()
		content, err := object.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		into, known := objects[key]
		if !known {
			t.Fatalf("%s is made twice, or not checked", key)
		}
		if err := decodeStrictly(content, into); err != nil {
			t.Errorf("%s: %v", key, err)
		}
		delete(objects, key)
	}
	for key := range objects {
		t.Errorf("no %s is made", key)
	}
}

// decodeStrictly decodes an object; a field that its type does not have is an
// error.
func decodeStrictly(content []byte, into any) error {
	if err := yaml.UnmarshalStrict(content, into); err != nil {
		return fmt.Errorf("%w in\n%s", err, content)
	}
	return nil
}

// The command in the documentation creates a valid object of the rules.
func TestRulesBecomeAnObject(t *testing.T) {
	docs, err := os.ReadFile("../../docs/grafana.md")
	if err != nil {
		t.Fatal(err)
	}
	command := regexp.MustCompile(`(?s)\n(\{ printf .*?; \}) \| kubectl apply -f -\n`).FindSubmatch(docs)
	if command == nil {
		t.Fatal("docs/grafana.md does not say how to load the rules")
	}
	shell := exec.CommandContext(t.Context(), "sh", "-euc", string(command[1]))
	shell.Dir = "../.."
	object, err := shell.Output()
	if err != nil {
		t.Fatal(err)
	}
	var rules monitoring.PrometheusRule
	if err := decodeStrictly(object, &rules); err != nil {
		t.Fatal(err)
	}
	if rules.Kind != "PrometheusRule" || rules.Name != "aurea" {
		t.Errorf("the object is a %s %q, want a PrometheusRule aurea", rules.Kind, rules.Name)
	}
	if n := len(rules.Spec.Groups); n < 3 {
		t.Fatalf("the object has %d groups, want at least 3", n)
	}
	if len(rules.Spec.Groups[0].Rules) == 0 {
		t.Error("the first group has no rules")
	}
}

func TestUnknownFieldsAreErrors(t *testing.T) {
	misplaced := []byte("spec: {template: {spec: {readOnlyRootFilesystem: true}}}")
	if err := decodeStrictly(misplaced, &apps.Deployment{}); err == nil {
		t.Error("a misplaced field was accepted")
	}
	if err := decodeStrictly([]byte("spec: {endpoints: [{intervall: 5s}]}"), &monitoring.ServiceMonitor{}); err == nil {
		t.Error("a misspelt field was accepted")
	}
}
