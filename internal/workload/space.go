package workload

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/aurea-orchestrator/aurea/internal/budget"
	"github.com/aurea-orchestrator/aurea/internal/platform"
)

const (
	defaultDisk = 10 << 30
	mostReserve = 1 << 30
)

// dir is where disk jobs write.
func (h Host) dir() string {
	if h.Dir == "" {
		return os.TempDir()
	}
	return h.Dir
}

// diskLimit is how much all jobs in flight may write together: what the operator
// says, or what the disk has, less a reserve for others, if it is less.
func (h Host) diskLimit() limit {
	l := limit{h.MaxDisk, bytesOf("disk"), "--max-disk"}
	if l.most == 0 {
		l.most = defaultDisk
	}
	dir := existing(h.dir())
	free, total, known := platform.DiskSpace(dir)
	reserve := min(total/10, mostReserve)
	if known && free-reserve < l.most {
		l.most, l.flag = max(free-reserve, 0), fmt.Sprintf("what its disk has free, but for %s in reserve", budget.Size(reserve))
	}
	return l
}

// existing is the directory, or the nearest around it that is there.
func existing(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil || filepath.Dir(dir) == dir {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}
