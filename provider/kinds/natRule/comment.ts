import { commentsOf } from "../packetRule/comment";

/** Only iptables comments hold the priority, because nftables has a chain for each one. */
export const { printComment, parseComment } = commentsOf("NatRule", "priority=");
