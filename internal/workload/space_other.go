//go:build !linux && !darwin && !freebsd

package workload

// diskSpace is not known here.
func diskSpace(_ string) (free, total int64, known bool) { return 0, 0, false }
