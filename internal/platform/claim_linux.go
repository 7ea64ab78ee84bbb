package platform

import "net"

// ClaimName claims a name on this host until release is called or the process
// ends. It reports false if the name is taken. A claim is a socket in Linux's
// abstract namespace, so it needs no file.
func ClaimName(name string) (release func(), ok bool) {
	socket, err := net.ListenUnix("unix", &net.UnixAddr{Name: "@" + name, Net: "unix"})
	if err != nil {
		return nil, false
	}
	return func() { _ = socket.Close() }, true // nothing ever connects to it
}
