//go:build !linux

package platform

import "github.com/shirou/gopsutil/v4/mem"

// AvailableMemory returns 0: it is only known on Linux.
func AvailableMemory() int64 { return 0 }

// TotalMemory returns the size of this machine's memory in bytes. It is 0 if it
// cannot be read.
func TotalMemory() int64 {
	memory, err := mem.VirtualMemory()
	if err != nil {
		return 0
	}
	return int64(memory.Total)
}
