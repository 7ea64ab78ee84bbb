//go:build !unix

package live

import "os"

// notify returns no signals: there is no view on this system.
func notify() (signals <-chan os.Signal, stop func()) { return nil, func() {} }

// handle does nothing.
func (*View) handle(os.Signal, <-chan os.Signal) {}
