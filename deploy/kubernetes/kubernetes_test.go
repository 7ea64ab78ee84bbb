// Package kubernetes_test builds the kustomization as kubectl does, and decodes
// what it makes into Kubernetes' own types, where no unknown field passes. It is
// a module of its own, so that those types stay out of the service's.
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

// A base is everything that the kustomization makes.
type base struct {
	account    core.ServiceAccount
	claim      core.PersistentVolumeClaim
	deployment apps.Deployment
	service    core.Service
	monitor    monitoring.ServiceMonitor
	budget     policy.PodDisruptionBudget
	network    networking.NetworkPolicy
}

// kinds says into what each kind of object is decoded.
func (b *base) kinds() map[string]any {
	return map[string]any{
		"v1 ServiceAccount":                       &b.account,
		"v1 PersistentVolumeClaim":                &b.claim,
		"apps/v1 Deployment":                      &b.deployment,
		"v1 Service":                              &b.service,
		"monitoring.coreos.com/v1 ServiceMonitor": &b.monitor,
		"policy/v1 PodDisruptionBudget":           &b.budget,
		"networking.k8s.io/v1 NetworkPolicy":      &b.network,
	}
}

// build makes the base: every kind of object, once.
func build(t *testing.T) (b base) {
	t.Helper()
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), ".")
	if err != nil {
		t.Fatal(err)
	}
	kinds := b.kinds()
	for _, object := range made.Resources() {
		kind := object.GetApiVersion() + " " + object.GetKind()
		content, err := object.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		into, known := kinds[kind]
		if !known {
			t.Fatalf("%s is made twice, or not checked", kind)
		}
		if err := strictly(content, into); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		delete(kinds, kind)
	}
	for kind := range kinds {
		t.Errorf("no %s is made", kind)
	}
	return b
}

// strictly decodes an object; a field that its type does not have is an error.
func strictly(content []byte, into any) error {
	if err := yaml.UnmarshalStrict(content, into); err != nil {
		return fmt.Errorf("%w in\n%s", err, content)
	}
	return nil
}

// The docs make an object of the rules; it is a valid one.
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
	if err := strictly(object, &rules); err != nil {
		t.Fatal(err)
	}
	if rules.Kind != "PrometheusRule" || rules.Name != "aurea" || len(rules.Spec.Groups) < 3 || len(rules.Spec.Groups[0].Rules) == 0 {
		t.Errorf("the object is a %s %q of %d groups", rules.Kind, rules.Name, len(rules.Spec.Groups))
	}
}

func TestUnknownFieldsAreErrors(t *testing.T) {
	if err := strictly([]byte("spec: {template: {spec: {readOnlyRootFilesystem: true}}}"), &apps.Deployment{}); err == nil {
		t.Error("a field in a wrong place was taken")
	}
	if err := strictly([]byte("spec: {endpoints: [{intervall: 5s}]}"), &monitoring.ServiceMonitor{}); err == nil {
		t.Error("a misspelt field was taken")
	}
}
