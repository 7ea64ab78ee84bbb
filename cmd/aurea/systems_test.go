package main

import (
	"os"
	"testing"

	"golang.org/x/tools/go/packages"
)

// The command compiles on each system that users have, also where a file of
// another system lacks what the rest expects. Types are checked from the sources,
// because compiling all dependencies takes minutes.
func TestCompilesOnOtherSystems(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector has no part in it")
	}
	for _, system := range []string{"darwin", "windows"} {
		found, err := packages.Load(&packages.Config{
			Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
				packages.NeedDeps | packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax,
			Env: append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0"),
		}, ".")
		if err != nil {
			t.Fatal(err)
		}
		checked := 0
		packages.Visit(found, nil, func(p *packages.Package) {
			checked++
			for _, err := range p.Errors {
				t.Errorf("%s: %v", system, err)
			}
		})
		if checked < 100 {
			t.Errorf("%s: %d packages were checked", system, checked)
		}
	}
}
