link set lo up
addr add 10.0.0.1/24 dev lo
addr show dev lo
