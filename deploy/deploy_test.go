// Package deploy_test checks the files shipped with the binary: the image, the
// composition, Prometheus' configuration and rules, and the dashboards. No
// Docker engine is needed: the image's commands are run outside of an image,
// and a real Prometheus is started with what is shipped and asked what Grafana
// would ask.
package deploy_test

import (
	"debug/elf"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

var root = aureatest.Root()

// read returns a file of the repository.
func read(t *testing.T, path ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, filepath.Join(path...)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// parse reads a YAML document of the repository.
func parse[T any](t *testing.T, content string) T {
	t.Helper()
	var document T
	if err := yaml.Unmarshal([]byte(content), &document); err != nil {
		t.Fatalf("%v in\n%s", err, content)
	}
	return document
}

// A composition is what the tests use of a compose file.
type composition struct {
	Services map[string]struct {
		Image       string
		Build       any
		Ports       []any // a string, or a table if no address is given
		Volumes     []string
		Command     []string
		Environment map[string]string
	}
}

// mounts returns the bind mounts of all services: host path, container path and
// mode.
func (c composition) mounts() (mounts [][3]string) {
	for _, service := range c.Services {
		for _, volume := range service.Volumes {
			if parts := strings.Split(volume, ":"); filepath.IsAbs(parts[0]) {
				mounts = append(mounts, [3]string{parts[0], parts[1], parts[2]})
			}
		}
	}
	return mounts
}

// hostPath returns the file of the repository at a path of a container.
func (c composition) hostPath(path string) string {
	for _, mount := range c.mounts() {
		if rest, ok := strings.CutPrefix(path, mount[1]+"/"); ok {
			return filepath.Join(mount[0], rest)
		}
	}
	return ""
}

// compose returns compose.yaml, with what other files add, as docker-compose
// reads it.
func compose(t *testing.T, others ...string) composition {
	t.Helper()
	var args []string
	for _, file := range append([]string{"compose.yaml"}, others...) {
		args = append(args, "-f", filepath.Join(root, file))
	}
	command := exec.Command(aureatest.Need(t, "docker-compose"), append(args, "config")...)
	var problems strings.Builder
	command.Stderr = &problems
	output, err := command.Output()
	if err != nil {
		t.Fatalf("docker-compose config: %v\n%s", err, problems.String())
	}
	return parse[composition](t, string(output))
}

func TestCompose(t *testing.T) {
	c := compose(t)
	var published []string
	pinned := regexp.MustCompile(`:v?\d+\.\d+\.\d+$`)
	for name, service := range c.Services {
		for _, port := range service.Ports {
			published = append(published, fmt.Sprint(port))
		}
		if service.Build == nil && !pinned.MatchString(service.Image) {
			t.Errorf("image %s of %s is not pinned to a version", service.Image, name)
		}
	}
	slices.Sort(published)
	want := []string{"127.0.0.1:3000:3000/tcp", "127.0.0.1:5000:5000/tcp", "127.0.0.1:9090:9090/tcp"}
	if !slices.Equal(published, want) {
		t.Errorf("published ports %q, want %q", published, want)
	}
	if got := len(c.mounts()); got != 4 {
		t.Errorf("%d bind mounts, want 4", got)
	}
	for _, mount := range c.mounts() {
		if _, err := os.Stat(mount[0]); err != nil || mount[2] != "ro" {
			t.Errorf("%s is mounted %s: %v", mount[0], mount[2], err)
		}
	}
}

// The files refer to each other by path, port, uid and interval; the references
// agree.
func TestProvisioning(t *testing.T) {
	c := compose(t)
	config := parse[struct {
		Global struct {
			ScrapeInterval string `yaml:"scrape_interval"`
		}
		RuleFiles []string `yaml:"rule_files"`
	}](t, read(t, "deploy/prometheus/prometheus.yaml"))
	if got := config.Global.ScrapeInterval; got != "5s" {
		t.Errorf("scraped every %s, want 5s", got)
	}
	flag := "--config.file=/etc/prometheus/prometheus.yaml"
	if !slices.Contains(c.Services["prometheus"].Command, flag) {
		t.Errorf("prometheus is not started with %s", flag)
	}
	for _, file := range append(config.RuleFiles, "prometheus.yaml") {
		got, want := c.hostPath("/etc/prometheus/"+file), filepath.Join(root, "deploy/prometheus", file)
		if got != want {
			t.Errorf("prometheus reads %s, want %s", got, want)
		}
	}
	if want := []string{"rules.yaml"}; !slices.Equal(config.RuleFiles, want) {
		t.Errorf("rules in %q, want %q", config.RuleFiles, want)
	}
	if got, want := read(t, "deploy/prometheus/targets/aurea.json"), `[{"targets": ["aurea:5000"]}]`+"\n"; got != want {
		t.Errorf("targets are %s, want %s", got, want)
	}

	if got := c.Services["aurea"].Environment["AUREA_ALLOW_HOST"]; got != "aurea" {
		t.Errorf("the service has the name %q, want aurea, which Prometheus scrapes", got)
	}
}

// Grafana uses the provisioned data source and dashboards, and needs no login.
func TestGrafanaProvisioning(t *testing.T) {
	c := compose(t)
	sources := parse[struct {
		Datasources []struct {
			UID, Type, URL string
			JSONData       struct {
				TimeInterval string `yaml:"timeInterval"`
			} `yaml:"jsonData"`
		}
	}](t, read(t, "deploy/grafana/provisioning/datasources/prometheus.yaml")).Datasources
	if len(sources) != 1 {
		t.Fatalf("%d data sources, want 1", len(sources))
	}
	source := sources[0]
	got := []string{source.UID, source.Type, source.URL, source.JSONData.TimeInterval}
	if want := []string{"prometheus", "prometheus", "http://prometheus:9090", "5s"}; !slices.Equal(got, want) {
		t.Errorf("data source %q, want %q", got, want)
	}

	providers := parse[struct {
		Providers []struct{ Options struct{ Path string } }
	}](t, read(t, "deploy/grafana/provisioning/dashboards/aurea.yaml")).Providers
	if len(providers) != 1 {
		t.Fatalf("%d dashboard providers, want 1", len(providers))
	}
	for _, b := range boards(t) {
		got, want := c.hostPath(filepath.Join(providers[0].Options.Path, b.File)),
			filepath.Join(root, "deploy/grafana/dashboards", b.File)
		if got != want {
			t.Errorf("grafana's dashboards come from %q, want %q", got, want)
		}
	}
	environment := c.Services["grafana"].Environment
	home := c.hostPath(environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
	if home != filepath.Join(root, "deploy/grafana/dashboards/overview.json") {
		t.Errorf("grafana's home is %q, want the overview", home)
	}
	if environment["GF_AUTH_ANONYMOUS_ENABLED"] != "true" || environment["GF_AUTH_ANONYMOUS_ORG_ROLE"] != "Viewer" {
		t.Errorf("grafana requires a login or lets anonymous users edit: %v", environment)
	}
	for _, kind := range []string{"datasources/prometheus.yaml", "dashboards/aurea.yaml"} {
		got, want := c.hostPath("/etc/grafana/provisioning/"+kind),
			filepath.Join(root, "deploy/grafana/provisioning", kind)
		if got != want {
			t.Errorf("grafana reads %q as %s, want %q", got, kind, want)
		}
	}
}

func TestPrometheusConfiguration(t *testing.T) {
	for _, file := range []string{"prometheus.yaml", "local.yaml"} {
		output, err := exec.Command(aureatest.Need(t, "promtool"), "check", "config",
			filepath.Join(root, "deploy/prometheus", file)).CombinedOutput()
		if err != nil {
			t.Errorf("promtool check config %s: %v\n%s", file, err, output)
		}
	}
}

// argv returns a command of the Dockerfile in its JSON form.
func argv(t *testing.T, beginning string) (args []string) {
	t.Helper()
	match := regexp.MustCompile(`(?m)^` + beginning + ` (\[.*\])$`).FindStringSubmatch(read(t, "Dockerfile"))
	if match == nil {
		t.Fatalf("no %s in the Dockerfile", beginning)
	}
	if err := json.Unmarshal([]byte(match[1]), &args); err != nil {
		t.Fatal(err)
	}
	return args
}

// The image's command serves, and its health check reports the service's
// health.
func TestImageCommands(t *testing.T) {
	if got, want := argv(t, "ENTRYPOINT"), []string{"/aurea"}; !slices.Equal(got, want) {
		t.Fatalf("entrypoint %q, want %q", got, want)
	}
	serve := argv(t, "CMD")
	want := []string{"serve", "--listen", "0.0.0.0:5000", "--insecure", "--data", "/data"}
	if !slices.Equal(serve, want) {
		t.Fatalf("command %q, want %q", serve, want)
	}
	serve[2], serve[5] = "0.0.0.0:0", t.TempDir() // a free port and an existing directory
	url, _ := aureatest.Serve(t, serve[1:]...)
	port := url[strings.LastIndex(url, ":")+1:]

	health := argv(t, "  CMD")
	if want := []string{"/aurea", "health", "--server", "http://127.0.0.1:5000"}; !slices.Equal(health, want) {
		t.Fatalf("health check %q, want %q", health, want)
	}
	for server, healthy := range map[string]bool{"http://127.0.0.1:" + port: true, "http://127.0.0.1:1": false} {
		output, err := exec.Command(aureatest.Binary(t), "health", "--server", server).CombinedOutput()
		if (err == nil) != healthy {
			t.Errorf("health check of %s: %v, want healthy %v\n%s", server, err, healthy, output)
		}
	}
}

// The files that .dockerignore leaves suffice for the Dockerfile's build, and
// the binary needs nothing from its image.
func TestImageBuild(t *testing.T) {
	t.Parallel()
	dockerfile := read(t, "Dockerfile")
	image := regexp.MustCompile(`(?m)^FROM golang:(\S+)`).FindStringSubmatch(dockerfile)
	language := regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(read(t, "go.mod"))
	if image == nil || language == nil {
		t.Fatalf("no version of Go in the Dockerfile (%v) or in go.mod (%v)", image, language)
	}
	if image[1] != language[1] {
		t.Errorf("built with Go %s, but go.mod wants %s", image[1], language[1])
	}
	build := regexp.MustCompile(`(?m)^RUN (CGO_ENABLED=0 go build .*) -o /aurea (.*)$`).FindStringSubmatch(dockerfile)
	if build == nil {
		t.Fatal("no static go build in the Dockerfile")
	}
	binary := filepath.Join(t.TempDir(), "aurea")
	command := exec.Command("bash", "-euc", fmt.Sprintf("%s -o '%s' %s", build[1], binary, build[2]))
	command.Dir = dockerContext(t)
	command.Env = append(os.Environ(), "VERSION=v1.2.3")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, output)
	}
	version, err := exec.Command(binary, "version").Output()
	if err != nil || !strings.Contains(string(version), "v1.2.3") {
		t.Errorf("aurea version says %q, %v; want v1.2.3", version, err)
	}
	file, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	libraries, err := file.ImportedLibraries()
	if file.Section(".interp") != nil || len(libraries) > 0 {
		t.Errorf("not a static binary: it needs %v, %v", libraries, err)
	}
}

// dockerContext copies the files that docker build sees, following
// .dockerignore.
func dockerContext(t *testing.T) string {
	t.Helper()
	var patterns []string
	for line := range strings.Lines(read(t, ".dockerignore")) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			if strings.HasPrefix(line, "!") || strings.Contains(strings.TrimPrefix(line, "**/"), "/") {
				t.Fatalf("this test does not support patterns such as %q", line)
			}
			patterns = append(patterns, line)
		}
	}
	ignored := func(path string) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool {
			name, anywhere := strings.CutPrefix(pattern, "**/")
			if !anywhere && strings.Contains(path, string(filepath.Separator)) {
				return false
			}
			matched, err := filepath.Match(name, filepath.Base(path))
			return err == nil && matched
		})
	}
	destination := t.TempDir()
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		switch {
		case err != nil:
			return err
		case relative != "." && ignored(relative) && entry.IsDir():
			return filepath.SkipDir
		case ignored(relative):
			return nil
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(destination, relative), 0o755)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(destination, relative), content, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	return destination
}
