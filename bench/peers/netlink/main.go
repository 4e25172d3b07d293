// The kernel's own interface, without a process for anything: vishvananda/netlink and google/nftables.
// netlink up|destroy NETWORK.json
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"runtime"
	"sort"
	"strings"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

type network struct {
	Bridges    map[string]struct{ Address string }
	Nodes      map[string]node
	Sysctls    map[string]int
	Masquerade string
}

type node struct {
	Interfaces map[string]struct{ Address, Port, Bridge string }
	Routes     []struct{ Destination, Via string }
	Sysctls    map[string]int
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func get[T any](value T, err error) T { must(err); return value }

func setSysctls(values map[string]int) {
	for key, value := range values {
		file := "/proc/sys/" + strings.ReplaceAll(key, ".", "/")
		must(os.WriteFile(file, []byte(fmt.Sprint(value)), 0o644))
	}
}

func addAddress(handle *netlink.Handle, link netlink.Link, text string) {
	must(handle.AddrAdd(link, get(netlink.ParseAddr(text))))
}

// In the order of the names, so that every run does the same.
func names[T any](items map[string]T) []string {
	keys := make([]string, 0, len(items))
	for key := range items {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

func up(n network) {
	setSysctls(n.Sysctls)
	outer := get(netns.Get())
	host := get(netlink.NewHandle())
	bridges := map[string]int{}
	for _, name := range names(n.Bridges) {
		attributes := netlink.NewLinkAttrs()
		attributes.Name = name
		bridge := &netlink.Bridge{LinkAttrs: attributes}
		must(host.LinkAdd(bridge))
		if address := n.Bridges[name].Address; address != "" {
			addAddress(host, bridge, address)
		}
		must(host.LinkSetUp(bridge))
		bridges[name] = bridge.Index
	}
	for _, name := range names(n.Nodes) {
		addNode(name, n.Nodes[name], outer, host, bridges)
	}
	if n.Masquerade != "" {
		masquerade(n.Masquerade)
	}
}

func addNode(name string, n node, outer netns.NsHandle, host *netlink.Handle, bridges map[string]int) {
	// Leaves the thread inside, where its socket is opened.
	namespace := get(netns.NewNamed(name))
	inside := get(netlink.NewHandle())
	setSysctls(n.Sysctls)
	must(netns.Set(outer))
	defer func() { inside.Close(); namespace.Close() }()
	for _, link := range names(n.Interfaces) {
		end := n.Interfaces[link]
		attributes := netlink.NewLinkAttrs()
		attributes.Name, attributes.MasterIndex, attributes.Flags = end.Port, bridges[end.Bridge], net.FlagUp
		peer := netlink.NsFd(int(namespace))
		must(host.LinkAdd(&netlink.Veth{LinkAttrs: attributes, PeerName: link, PeerNamespace: peer}))
		near := get(inside.LinkByName(link))
		addAddress(inside, near, end.Address)
		must(inside.LinkSetUp(near))
	}
	// The first link of a namespace is its loopback.
	must(inside.LinkSetUp(&netlink.Device{LinkAttrs: netlink.LinkAttrs{Index: 1}}))
	for _, route := range n.Routes {
		destination := route.Destination
		if destination == "default" {
			destination = "0.0.0.0/0"
		}
		must(inside.RouteAdd(&netlink.Route{Dst: get(netlink.ParseIPNet(destination)), Gw: net.ParseIP(route.Via)}))
	}
}

func masquerade(source string) {
	_, subnet, err := net.ParseCIDR(source)
	must(err)
	connection := &nftables.Conn{}
	table := connection.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "bench"})
	chain := connection.AddChain(&nftables.Chain{Name: "out", Table: table, Type: nftables.ChainTypeNAT,
		Hooknum: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource})
	match := func(offset uint32, operator expr.CmpOp) []expr.Any {
		return []expr.Any{
			&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: 2},
			&expr.Cmp{Op: operator, Register: 1, Data: subnet.IP.To4()[:2]},
		}
	}
	rule := append(match(12, expr.CmpOpEq), match(16, expr.CmpOpNeq)...)
	connection.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: append(rule, &expr.Masq{})})
	must(connection.Flush())
}

func destroy(n network) {
	for _, name := range names(n.Nodes) {
		must(netns.DeleteNamed(name))
	}
	for _, name := range names(n.Bridges) {
		must(netlink.LinkDel(get(netlink.LinkByName(name))))
	}
	if n.Masquerade != "" {
		connection := &nftables.Conn{}
		connection.DelTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "bench"})
		must(connection.Flush())
	}
}

func main() {
	runtime.LockOSThread()
	var n network
	must(json.Unmarshal(get(os.ReadFile(os.Args[2])), &n))
	if os.Args[1] == "up" {
		up(n)
	} else {
		destroy(n)
	}
}
