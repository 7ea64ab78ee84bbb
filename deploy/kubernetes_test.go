package deploy_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A deployment is the part of the Kubernetes deployment that the tests use. The
// module deploy/kubernetes checks its fields against Kubernetes' own types.
type deployment struct {
	Spec struct {
		Template struct {
			Spec struct {
				Containers []struct {
					Args           []string
					StartupProbe   probe `yaml:"startupProbe"`
					LivenessProbe  probe `yaml:"livenessProbe"`
					ReadinessProbe probe `yaml:"readinessProbe"`
				}
			}
		}
	}
}

// A probe is what the kubelet requests.
type probe struct {
	HTTPGet struct{ Path string } `yaml:"httpGet"`
}

// The pod's command serves; its probes need no token, everything else does.
func TestKubernetesCommand(t *testing.T) {
	tokens := filepath.Join(t.TempDir(), "tokens")
	write(t, tokens, "run a-token-that-is-long-enough-to-be-one\nread another-of-which-the-same-is-true\n")
	if err := os.Chmod(tokens, 0o440); err != nil { // the mode in the deployment
		t.Fatal(err)
	}
	container := parse[deployment](t, read(t, "deploy/kubernetes/deployment.yaml")).Spec.Template.Spec.Containers[0]
	here := strings.NewReplacer("0.0.0.0:5000", "0.0.0.0:0", "/data", t.TempDir(), "/etc/aurea/tokens", tokens)
	var args []string
	for _, arg := range container.Args {
		args = append(args, here.Replace(arg))
	}
	url, _ := aureatest.Serve(t, args[1:]...)
	url = "http://127.0.0.1" + url[strings.LastIndex(url, ":"):]
	for path, want := range map[string]int{
		container.StartupProbe.HTTPGet.Path:   http.StatusOK,
		container.LivenessProbe.HTTPGet.Path:  http.StatusOK,
		container.ReadinessProbe.HTTPGet.Path: http.StatusOK,
		"/metrics":                            http.StatusUnauthorized,
	} {
		var got int
		for range 100 { // it may still be starting
			if got = statusOf(t, url+path); got != http.StatusServiceUnavailable {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		if got != want {
			t.Errorf("%s answers %d, want %d", path, got, want)
		}
	}
}

func statusOf(t *testing.T, url string) int {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close() // only the status matters
	return response.StatusCode
}
