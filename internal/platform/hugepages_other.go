//go:build !linux

package platform

// PreferHugePages does nothing: huge pages cannot be asked for here.
func PreferHugePages[T any]([]T) {}
