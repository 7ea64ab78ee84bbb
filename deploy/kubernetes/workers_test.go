package kubernetes_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A scaledObject is what the overlay uses of KEDA's type, whose module depends on
// much of Kubernetes. Other fields are refused.
type scaledObject struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata"`
	Spec            struct {
		ScaleTargetRef  struct{ Name string }
		MinReplicaCount int32
		MaxReplicaCount int32
		PollingInterval int32
		CooldownPeriod  int32
		Advanced        struct {
			HorizontalPodAutoscalerConfig struct {
				Behavior struct {
					ScaleDown struct{ StabilizationWindowSeconds int32 }
				}
			}
		}
		Triggers []struct {
			Type, MetricType string
			Metadata         struct{ ServerAddress, Query, Threshold string }
		}
	}
}

// An overlay is the base with workers.
type overlay struct {
	base
	workers apps.Deployment
	policy  networking.NetworkPolicy
	scaling scaledObject
}

// buildWorkers builds the overlay.
func buildWorkers(t *testing.T) (o overlay) {
	t.Helper()
	objects := o.objects()
	maps.Copy(objects, map[string]any{
		"apps/v1 Deployment aurea-worker":                 &o.workers,
		"networking.k8s.io/v1 NetworkPolicy aurea-worker": &o.policy,
		"keda.sh/v1alpha1 ScaledObject aurea-worker":      &o.scaling,
	})
	decode(t, "../kubernetes-workers", objects)
	return o
}

// Workers find the service's NATS port, which lets in only them; the names in the
// objects agree.
func TestWorkersFindTheService(t *testing.T) {
	o := buildWorkers(t)
	labels := o.workers.Spec.Template.Labels
	for name, selector := range map[string]map[string]string{
		"deployment":           o.workers.Spec.Selector.MatchLabels,
		"network":              o.policy.Spec.PodSelector.MatchLabels,
		"the service's policy": o.network.Spec.Ingress[1].From[0].PodSelector.MatchLabels,
	} {
		if len(selector) == 0 || !maps.Equal(selector, labels) {
			t.Errorf("%s selects %v, but a worker is %v", name, selector, labels)
		}
	}
	if maps.Equal(labels, o.service.Spec.Selector) {
		t.Error("the service sends requests to workers")
	}
	port := o.service.Spec.Ports[1]
	for what, name := range map[string]string{
		"container": o.deployment.Spec.Template.Spec.Containers[0].Ports[1].Name,
		"policy":    o.network.Spec.Ingress[1].Ports[0].Port.String(),
	} {
		if name != port.TargetPort.String() {
			t.Errorf("the port of the %s is %s, the service goes to %s", what, name, port.TargetPort.String())
		}
	}
	if n := len(o.network.Spec.Ingress[1].From); n != 1 {
		t.Errorf("NATS lets in %d kinds of peers, want workers alone", n)
	}
	container := o.workers.Spec.Template.Spec.Containers[0]
	if !slices.Contains(container.Args, "--nats=tls://"+o.service.Name+":4222") || port.Port != 4222 {
		t.Errorf("a worker is started with %q, and the port is %d", container.Args, port.Port)
	}
	if len(o.policy.Spec.Ingress) != 0 {
		t.Errorf("workers can be called: %+v", o.policy.Spec.Ingress)
	}
	if o.scaling.Spec.ScaleTargetRef.Name != o.workers.Name || o.workers.Spec.Replicas != nil {
		t.Errorf("KEDA scales %s, and there are %v replicas", o.scaling.Spec.ScaleTargetRef.Name, o.workers.Spec.Replicas)
	}
	trigger := o.scaling.Spec.Triggers[0]
	if !strings.Contains(trigger.Metadata.Query, "benchmark_workers_wanted") || trigger.Metadata.Threshold != "1" {
		t.Errorf("KEDA scales by %+v", trigger)
	}
}

// A worker has cores and a node of its own, is not moved in a run, and has time to
// finish its share.
func TestWorkersAreUndisturbed(t *testing.T) {
	template := buildWorkers(t).workers.Spec.Template
	pod := template.Spec
	container := pod.Containers[0]
	for name, limit := range container.Resources.Limits {
		if request := container.Resources.Requests[name]; request.Cmp(limit) != 0 {
			t.Errorf("%s: requests %s, limited to %s; not guaranteed", name, request.String(), limit.String())
		}
	}
	if cores := container.Resources.Limits.Cpu(); cores.MilliValue() == 0 || cores.MilliValue()%1000 != 0 {
		t.Errorf("%s cores, want whole ones", cores)
	}
	apart := pod.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution[0]
	if names := apart.LabelSelector.MatchExpressions[0].Values; apart.TopologyKey != core.LabelHostname ||
		!slices.Contains(names, template.Labels["app.kubernetes.io/name"]) {
		t.Errorf("workers may share a node: %+v", apart)
	}
	for annotation, want := range map[string]string{
		"karpenter.sh/do-not-disrupt":                    "true",
		"cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
	} {
		if got := template.Annotations[annotation]; got != want {
			t.Errorf("%s is %q, want %q", annotation, got, want)
		}
	}
	if container.LivenessProbe != nil || container.ReadinessProbe != nil || container.StartupProbe != nil {
		t.Error("a worker is probed, which fails while it uses all its cores")
	}
	grace := time.Duration(0)
	for _, arg := range container.Args {
		if text, found := strings.CutPrefix(arg, "--grace="); found {
			grace, _ = time.ParseDuration(text)
		}
	}
	if killed := time.Duration(*pod.TerminationGracePeriodSeconds) * time.Second; grace == 0 || grace >= killed {
		t.Errorf("a share may take %v after SIGTERM, and the pod is killed after %v", grace, killed)
	}
}

// A worker has no permission that it does not need, and not the service's key.
func TestWorkersAreConfined(t *testing.T) {
	pod := buildWorkers(t).workers.Spec.Template.Spec
	security := pod.Containers[0].SecurityContext
	if !*security.ReadOnlyRootFilesystem || *security.AllowPrivilegeEscalation ||
		!slices.Equal(security.Capabilities.Drop, []core.Capability{"ALL"}) {
		t.Errorf("the container may do too much: %+v", security)
	}
	if !*pod.SecurityContext.RunAsNonRoot || *pod.AutomountServiceAccountToken {
		t.Error("the pod runs as root or has a service account token")
	}
	secret := pod.Volumes[0].Secret
	if *secret.DefaultMode != 0o440 {
		t.Errorf("the token's file has the mode %o, want 440", *secret.DefaultMode)
	}
	if len(secret.Items) == 0 || slices.ContainsFunc(secret.Items, func(i core.KeyToPath) bool { return i.Key == "tls.key" }) {
		t.Errorf("a worker has the files %+v, and must not have the key", secret.Items)
	}
}
