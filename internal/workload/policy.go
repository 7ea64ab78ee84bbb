package workload

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"

	"github.com/aurea-orchestrator/aurea/internal/budget"
	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// A Policy is how much of this machine the operator allows jobs to use. The
// zero value selects the defaults.
type Policy struct {
	MaxConnections int64        // connections that the jobs of a workload may hold at once; 0 means 10,000
	OpenFiles      int64        // files and connections that all jobs may have open at once; 0 means no limit
	MaxMemory      int64        // bytes that all jobs in flight may use; 0 means half of what is available
	MaxDisk        int64        // bytes of files at once; 0 means 10 GiB; never more than there is room for
	Dir            string       // where those files are; "" means the system's directory for temporary files
	MaxProcesses   int64        // programs that may run at once; 0 means 256
	Files          files.Source // that specs may name
}

const (
	defaultConnections = 10_000
	defaultProcesses   = 256
	defaultDisk        = 10 << 30
	maxDiskReserve     = 1 << 30
	// filesPerProcess is how many files this process has open, at most, while it
	// starts a program.
	filesPerProcess = 8
)

// MaxConnections returns how many connections a workload may hold at once, and
// in words what limits it.
func (s Scope) MaxConnections() (most int64, why string) {
	openFiles, sharers := s.Policy.OpenFiles, cmp.Or(s.sharers, 1)
	most = cmp.Or(s.Policy.MaxConnections, defaultConnections)
	files := openFiles / sharers
	if openFiles == 0 || files >= most {
		return most, "see --max-connections"
	}
	why = fmt.Sprintf("since its limit of open files leaves %d to jobs, see ulimit -n", openFiles)
	if sharers > 1 {
		why = fmt.Sprintf("since its limit of open files leaves %d to jobs of %d workloads, see ulimit -n",
			openFiles, sharers)
	}
	return max(files, 1), why
}

// sharersOf returns how many workloads share the connections if the scope's
// workload has the given children: each of them may hold a connection for every
// job in flight.
func (s Scope) sharersOf(children []child) int64 {
	connecting := int64(0)
	for _, c := range children {
		if k, ok := s.set.known(c.workload.Kind); ok && k.Unavailable == "" && k.Connects {
			connecting++
		}
	}
	return max(connecting, 1) * cmp.Or(s.sharers, 1)
}

// MemoryLimit limits the memory that all jobs in flight use together.
func (p Policy) MemoryLimit() Limit {
	most := p.MaxMemory
	if most == 0 {
		most = DefaultMemory()
	}
	return Limit{min(most, math.MaxInt), sizeOf("memory"), "--max-memory"}
}

// ProcessLimit limits the programs that run at once.
func (p Policy) ProcessLimit() Limit {
	l := Limit{cmp.Or(p.MaxProcesses, defaultProcesses), processes, "--max-processes"}
	if most := max(p.OpenFiles/filesPerProcess, 1); p.OpenFiles > 0 && most < l.Max {
		l.Max, l.flag = most, fmt.Sprintf("%d files may be open for jobs, see ulimit -n", p.OpenFiles)
	}
	return l
}

func processes(n int64) string {
	if n == 1 {
		return "a process"
	}
	return fmt.Sprintf("%d processes", n)
}

// DiskLimit limits the files that all jobs in flight have together. It is what
// the operator allows, or what the disk has free less a reserve for others,
// whichever is less.
func (p Policy) DiskLimit() Limit {
	l := Limit{cmp.Or(p.MaxDisk, defaultDisk), sizeOf("disk"), "--max-disk"}
	free, total, known := platform.DiskSpace(existing(p.dir()))
	reserve := min(total/10, maxDiskReserve)
	if known && free-reserve < l.Max {
		l.Max = max(free-reserve, 0)
		l.flag = fmt.Sprintf("what its disk has free, but for %s in reserve", budget.Size(reserve))
	}
	return l
}

// dir returns the directory for the files of disk jobs.
func (p Policy) dir() string {
	if p.Dir == "" {
		return os.TempDir()
	}
	return p.Dir
}

// existing returns the directory, or its nearest parent that exists.
func existing(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil || filepath.Dir(dir) == dir {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

// unknownMemory is assumed of a machine that does not report its memory.
const unknownMemory = 2 << 30

// DefaultMemory returns half of the memory that was available when it was first
// called. It stays the same, so that whether a plan is accepted does not depend
// on the moment.
var DefaultMemory = sync.OnceValue(func() int64 {
	if available := platform.AvailableMemory(); available > 0 {
		return available / 2
	}
	return unknownMemory / 2
})
