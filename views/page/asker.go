package page

import (
	"bytes"
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Asker is the network address that a request comes from, for limits. Behind trusted proxies it is the
// last one in X-Forwarded-For that is no such proxy: what stands before it the asker itself may have
// written, and would pass every limit by writing another each time.
func Asker(c *fiber.Ctx) string {
	peer := c.Context().RemoteIP().String()
	if !c.IsProxyTrusted() {
		return peer
	}
	// A proxy may add a line of its own behind the one that came.
	all := bytes.Join(c.Request().Header.PeekAll(fiber.HeaderXForwardedFor), []byte(","))
	chain := strings.Split(string(all), ",")
	for i := len(chain) - 1; i >= 0; i-- {
		ip, err := netip.ParseAddr(strings.TrimSpace(chain[i]))
		if err != nil {
			break
		}
		if peer = ip.Unmap().String(); !proxy(ip.Unmap(), c.App().Config().TrustedProxies) {
			break
		}
	}
	return peer
}

// proxy tells whether an address is one of the trusted addresses and networks.
func proxy(ip netip.Addr, trusted []string) bool {
	for _, t := range trusted {
		if network, err := netip.ParsePrefix(t); err == nil && network.Contains(ip) {
			return true
		}
		if one, err := netip.ParseAddr(t); err == nil && one.Unmap() == ip {
			return true
		}
	}
	return false
}
