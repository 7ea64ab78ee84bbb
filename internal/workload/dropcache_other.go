//go:build !linux

package workload

import (
	"errors"
	"os"
)

const canDropCache = false

func dropCache(*os.File) error { return errors.ErrUnsupported }
