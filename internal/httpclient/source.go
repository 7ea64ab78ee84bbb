package httpclient

import (
	"fmt"
	"net"
	"net/netip"
)

// source returns the local address for the next connection to an address, or nil
// for the system's choice.
func (c *Client) source(to netip.Addr) (net.Addr, error) {
	if len(c.options.Route.Sources) == 0 {
		return nil, nil //nolint:nilnil // selects the system's choice
	}
	var fitting []netip.Addr
	for _, from := range c.options.Route.Sources {
		if from.Unmap().Is4() == to.Unmap().Is4() {
			fitting = append(fitting, from)
		}
	}
	if len(fitting) == 0 {
		return nil, fmt.Errorf("no source address is of the family of %s", to)
	}
	turn := c.connections.Add(1) - 1
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(fitting[turn%uint64(len(fitting))], 0)), nil
}

// CheckSource returns an error for an address that no connection can be made
// from, as it is not one of this machine.
func CheckSource(address netip.Addr) error {
	socket, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(address, 0)))
	if err != nil {
		return err
	}
	return socket.Close()
}
