package kubernetes_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// The objects refer to each other by label, name and port; the references
// agree.
func TestObjectsFindEachOther(t *testing.T) {
	b := build(t)
	pod := b.deployment.Spec.Template
	for name, selector := range map[string]map[string]string{
		"deployment": b.deployment.Spec.Selector.MatchLabels,
		"service":    b.service.Spec.Selector,
		"budget":     b.budget.Spec.Selector.MatchLabels,
		"network":    b.network.Spec.PodSelector.MatchLabels,
	} {
		if len(selector) == 0 || !maps.Equal(selector, pod.Labels) {
			t.Errorf("%s selects %v, but the pod is %v", name, selector, pod.Labels)
		}
	}
	if selector := b.monitor.Spec.Selector.MatchLabels; len(selector) == 0 || !maps.Equal(selector, b.service.Labels) {
		t.Errorf("monitor selects %v, but the service is %v", selector, b.service.Labels)
	}
	if got := b.service.Labels[b.monitor.Spec.JobLabel]; got != "aurea" {
		t.Errorf("the job is called %q, want aurea", got)
	}
	container, port := pod.Spec.Containers[0], b.service.Spec.Ports[0]
	if got := container.Ports[0].Name; port.TargetPort.String() != got ||
		b.network.Spec.Ingress[0].Ports[0].Port.String() != got {
		t.Errorf("the container's port is %q; the service goes to %s, the network lets through %s", got,
			port.TargetPort.String(), b.network.Spec.Ingress[0].Ports[0].Port.String())
	}
	if got := b.monitor.Spec.Endpoints[0].Port; got != port.Name {
		t.Errorf("the monitor scrapes %q, the service has %q", got, port.Name)
	}
	if got := pod.Spec.ServiceAccountName; got != b.account.Name {
		t.Errorf("the pod runs as %q, the account is %q", got, b.account.Name)
	}
	for _, mount := range container.VolumeMounts {
		if !slices.ContainsFunc(pod.Spec.Volumes, func(v core.Volume) bool { return v.Name == mount.Name }) {
			t.Errorf("%s is mounted from no volume", mount.MountPath)
		}
	}
	if got := pod.Spec.Volumes[0].PersistentVolumeClaim; got == nil || got.ClaimName != b.claim.Name {
		t.Errorf("the data is in %+v, the claim is %q", got, b.claim.Name)
	}
}

// The pod has no unneeded permissions, and guaranteed resources, so that it
// measures undisturbed.
func TestPodIsConfinedAndGuaranteed(t *testing.T) {
	pod := build(t).deployment.Spec.Template.Spec
	container := pod.Containers[0]
	security := container.SecurityContext
	if !*security.ReadOnlyRootFilesystem {
		t.Error("the container may write to its root file system")
	}
	if *security.AllowPrivilegeEscalation {
		t.Error("the container may escalate its privileges")
	}
	if dropped := security.Capabilities.Drop; !slices.Equal(dropped, []core.Capability{"ALL"}) {
		t.Errorf("the container drops the capabilities %q, want ALL", dropped)
	}
	if !*pod.SecurityContext.RunAsNonRoot || *pod.SecurityContext.RunAsUser == 0 {
		t.Errorf("the pod may run as root: %+v", pod.SecurityContext)
	}
	if seccomp := pod.SecurityContext.SeccompProfile.Type; seccomp != core.SeccompProfileTypeRuntimeDefault {
		t.Errorf("the pod has the seccomp profile %s, want the runtime's default", seccomp)
	}
	if mode := pod.Volumes[1].Secret.DefaultMode; *mode != 0o440 {
		t.Errorf("the tokens' file has the mode %o, want 440", *mode)
	}
	if *pod.AutomountServiceAccountToken {
		t.Error("the pod has a service account token")
	}
	for name, limit := range container.Resources.Limits {
		if request := container.Resources.Requests[name]; request.Cmp(limit) != 0 {
			t.Errorf("%s: requests %s, limited to %s; not guaranteed", name, request.String(), limit.String())
		}
	}
	if cores := container.Resources.Limits.Cpu(); cores.MilliValue() == 0 || cores.MilliValue()%1000 != 0 {
		t.Errorf("%s cores, want whole ones", cores)
	}
	soft := resource.MustParse(strings.TrimSuffix(container.Env[0].Value, "B"))
	if name := container.Env[0].Name; name != "GOMEMLIMIT" {
		t.Errorf("the first variable is %s, want GOMEMLIMIT", name)
	}
	if hard := container.Resources.Limits.Memory(); soft.Cmp(*hard) >= 0 || 2*soft.Value() < hard.Value() {
		t.Errorf("GOMEMLIMIT is %s, want a little less than the limit of %s", soft.String(), hard)
	}
	for name, probe := range map[string]*core.Probe{
		"startup":  container.StartupProbe,
		"liveness": container.LivenessProbe, "readiness": container.ReadinessProbe,
	} {
		if probe == nil || probe.HTTPGet.Port.String() != container.Ports[0].Name {
			t.Errorf("%s is not probed: %+v", name, probe)
		}
	}
}
