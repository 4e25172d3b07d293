import { commentsOf } from "../packetRule/comment";

/** Only in iptables a comment has the priority: nftables has chains for that. */
export const { printComment, parseComment } = commentsOf("NatRule", "priority=");
