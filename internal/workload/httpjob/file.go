package httpjob

import (
	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// bodyFile is the parameter of a body that is in a file.
const bodyFile = "body_file"

var bodyFileParameter = param.Parameter{
	Name: bodyFile, Type: param.Text, Max: 4096,
	Doc: "name of a file that is sent as it is, in place of body; on the command line relative to the spec file, in " +
		"a service one of the directory of --files",
}

// maxFile limits the bytes of a file that is sent.
const maxFile = 64 << 20

// A fileContent is a file whose bytes are the content. It is checked with the
// other parameters, and read when the jobs are opened: plans that wait hold no
// files in memory.
type fileContent struct {
	name string
	size int64
}

// newFileContent checks a file that a spec names.
func newFileContent(name string, from files.Source) (fileContent, error) {
	size, err := from.Size(name, maxFile)
	return fileContent{name, size}, err
}

func (fileContent) fixed() bool { return true }

func (fileContent) render(template.Input) []byte { return []byte{} }

func (c fileContent) fileBytes() int64 { return c.size }

func (c fileContent) load(from files.Source) (content, error) {
	read, err := from.Read(c.name, maxFile)
	return textContent{Template: template.Literal(string(read))}, err
}

// A fileReader is a content with files, which must be loaded before the first
// job.
type fileReader interface {
	content
	// fileBytes returns the bytes of the files.
	fileBytes() int64
	// load returns the content with what is in the files.
	load(from files.Source) (content, error)
}

// fileBytes returns the bytes of the files that the requests have.
func (t *requestTemplate) fileBytes() int64 {
	if c, ok := t.content.(fileReader); ok {
		return c.fileBytes()
	}
	return 0
}

// checkFiles refuses files that do not fit the memory limit.
func (p *params) checkFiles() error {
	field := bodyFile
	if _, ok := p.request.content.(multipartForm); ok {
		field = multipartParameter.Name
	}
	return p.memory.Check(field, 1, p.request.fileBytes()*bodyCopies)
}

// loadFiles returns the parameters with the files read, and takes their memory
// from the limit until release is called.
func (p *params) loadFiles(used *workload.Meter) (loaded *params, release func(), err error) {
	if p.list != nil {
		return p.loadTargets(used)
	}
	c, ok := p.request.content.(fileReader)
	if !ok || c.fileBytes() == 0 {
		return p, func() {}, nil
	}
	held := c.fileBytes() * bodyCopies
	if !used.Take(held, p.memory) {
		return nil, nil, p.memory.Exceeded(held)
	}
	with := *p
	if with.request.content, err = c.load(p.files); err != nil {
		used.Give(held)
		return nil, nil, err
	}
	return &with, func() { used.Give(held) }, nil
}
