package deploy_test

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// executeOnWorker starts a service and a worker with the arguments of their
// containers, and executes a run there. in replaces the containers' paths.
func executeOnWorker(t *testing.T, serve, worker []string, in *strings.Replacer) {
	t.Helper()
	nats := aureatest.FreeAddress(t)
	port := nats[strings.LastIndex(nats, ":"):]
	addresses := strings.NewReplacer("0.0.0.0:4222", nats, "aurea:4222", "localhost"+port, "0.0.0.0:5000", "127.0.0.1:0")
	here := func(args []string) (replaced []string) {
		for _, arg := range args {
			replaced = append(replaced, in.Replace(addresses.Replace(arg)))
		}
		return replaced
	}
	url, _ := aureatest.Serve(t, here(serve[1:])...)
	aureatest.Start(t, exec.Command(aureatest.Binary(t), here(worker)...), regexp.MustCompile("worker is ready"))
	tokens := here([]string{"/etc/aurea/tokens"})[0]
	args := []string{"run", "--server", url, "--workers", "1", "--jobs", "10", "--job-duration", "1ms", "--output", "json"}
	if slices.Contains(here(serve), "--token-file="+tokens) {
		args = append(args, "--token-file", tokens)
	}
	output, err := exec.Command(aureatest.Binary(t), args...).Output()
	if err != nil {
		t.Fatalf("a run on a worker: %v", err)
	}
	var r struct{ Workers struct{ Count int } }
	if err := json.Unmarshal(output, &r); err != nil || r.Workers.Count != 1 {
		t.Errorf("%d workers executed the run (%v), want one", r.Workers.Count, err)
	}
}

// makeSecrets makes the token and the certificate with the script of the
// composition, in a folder of the test.
func makeSecrets(t *testing.T, c composition) (folder string) {
	t.Helper()
	aureatest.Need(t, "openssl")
	folder = t.TempDir()
	script := strings.ReplaceAll(c.Services["worker-secrets"].Command[0], "cd /secrets", "cd "+folder)
	script = strings.ReplaceAll(script, "chown 65532:65532", "chmod u=rw") // a test has no other user
	for range 2 {                                                          // the second time it keeps what there is
		if output, err := exec.Command("bash", "-euc", script).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s\n%s", err, script, output)
		}
	}
	return folder
}

// The composition's workers join with a token and over TLS, and execute a run.
// Nothing of them is published.
func TestComposedWorkers(t *testing.T) {
	c := compose(t, "compose.workers.yaml")
	published := fmt.Sprint(c.Services["aurea"].Ports, c.Services["worker"].Ports)
	if want := "[127.0.0.1:5000:5000/tcp] []"; published != want {
		t.Errorf("published ports %s, want %s", published, want)
	}
	if _, image, _ := strings.Cut(read(t, "Dockerfile"), "FROM "); !strings.HasPrefix(image,
		c.Services["worker-secrets"].Image+" AS build\n") {
		t.Errorf("the secrets are made in %s, which is not the image of the build", c.Services["worker-secrets"].Image)
	}
	for _, name := range []string{"aurea", "worker"} {
		if !slices.Contains(c.Services[name].Volumes, "worker-secrets:/secrets:ro") {
			t.Errorf("%s has the volumes %q, want the secrets, read-only", name, c.Services[name].Volumes)
		}
	}
	secrets := makeSecrets(t, c)
	executeOnWorker(t, c.Services["aurea"].Command, c.Services["worker"].Command,
		strings.NewReplacer("/secrets", secrets, "/data", t.TempDir()))
}

// The pods' workers do so, too.
func TestKubernetesWorkers(t *testing.T) {
	serve := parse[deployment](t, read(t, "deploy/kubernetes/deployment.yaml")).Spec.Template.Spec.Containers[0].Args
	worker := parse[deployment](t, read(t, "deploy/kubernetes-workers/deployment.yaml")).Spec.Template.Spec.Containers[0].Args
	for _, patch := range parse[struct{ Patches []struct{ Patch string } }](t,
		read(t, "deploy/kubernetes-workers/kustomization.yaml")).Patches {
		for _, change := range parse[[]struct {
			Path  string
			Value any
		}](t, patch.Patch) {
			if strings.HasSuffix(change.Path, "/args/-") {
				serve = append(serve, fmt.Sprint(change.Value))
			}
		}
	}
	secrets := makeSecrets(t, compose(t, "compose.workers.yaml"))
	executeOnWorker(t, serve, worker, strings.NewReplacer("/data", t.TempDir(),
		"/etc/aurea-workers/token", secrets+"/token", "/etc/aurea/tokens", secrets+"/token",
		"/etc/aurea-workers/tls.crt", secrets+"/cert.pem", "/etc/aurea-workers/tls.key", secrets+"/key.pem"))
}
