#!/usr/bin/env perl
# SCTP without sockets for it, which most kernels lack: an INIT as raw IP, and for an answer an ABORT that says in its
# reason who has got it (RFC 9260, 3.3.2, 3.3.7 and 3.3.10.12). To conntrack and NAT they are what they say.
#   sctp.pl serve NAME PORT          answers over both families until its standard input ends
#   sctp.pl ask ADDRESS PORT SECONDS prints the answer
use strict;
use warnings;
use Socket qw(:all);
use constant { SCTP => 132, INITIATE => 1, ABORT => 6, USER_ABORT => 12 };

$| = 1;
my ($task, @words) = @ARGV;

# CRC32c, least significant byte first.
my @table = map {
  my $crc = $_;
  $crc = $crc & 1 ? ($crc >> 1) ^ 0x82F63B78 : $crc >> 1 for 1 .. 8;
  $crc;
} 0 .. 255;

sub checksum {
  my $crc = 0xFFFFFFFF;
  $crc = ($crc >> 8) ^ $table[($crc ^ $_) & 255] for unpack 'C*', shift;
  return pack 'V', $crc ^ 0xFFFFFFFF;
}

sub packet {
  my ($from, $to, $tag, $chunk) = @_;
  my $packet = pack('nnNN', $from, $to, $tag, 0) . $chunk . "\0" x (-length($chunk) % 4);
  substr($packet, 8, 4) = checksum($packet);
  return $packet;
}

sub raw {
  my ($family) = @_;
  socket(my $socket, $family, SOCK_RAW, SCTP) or die "no raw socket: $!\n";
  return $socket;
}

sub address_in {
  my ($family, $from) = @_;
  my (undef, $ip) = $family == AF_INET ? unpack_sockaddr_in($from) : unpack_sockaddr_in6($from);
  return inet_ntop($family, $ip);
}

# Ports, tag, type and content of what has come; raw sockets of IPv4 give the header of IP as well.
sub received {
  my ($family, $socket) = @_;
  my $from = recv($socket, my $data, 4096, 0);
  return unless defined $from;
  $data = substr($data, 4 * (ord($data) & 15)) if $family == AF_INET;
  my ($source, $target, $tag, undef, $type, undef, undef, $content) = unpack 'nnNNCCna*', $data;
  return ($from, $source, $target, $tag, $type, $content);
}

sub answer {
  my ($family, $socket, $name, $port) = @_;
  my ($from, $source, $target, undef, $type, $content) = received($family, $socket) or return;
  return unless $target == $port && $type == INITIATE;
  my $card = sprintf '{"name":"%s","port":%d,"peer":"%s"}', $name, $port, address_in($family, $from);
  my $cause = pack 'nna*', USER_ABORT, 4 + length $card, $card;
  my $chunk = pack 'CCna*', ABORT, 0, 4 + length $cause, $cause;
  send($socket, packet($port, $source, unpack('N', $content), $chunk), 0, $from);
}

sub serve {
  my ($name, $port) = @_;
  my %sockets = map { $_ => raw($_) } AF_INET, AF_INET6;
  print "ready\n";
  while (1) {
    my $ready = '';
    vec($ready, fileno($_), 1) = 1 for values %sockets, \*STDIN;
    select($ready, undef, undef, undef);
    exit if vec($ready, fileno(STDIN), 1);
    for my $family (keys %sockets) {
      answer($family, $sockets{$family}, $name, $port) if vec($ready, fileno($sockets{$family}), 1);
    }
  }
}

sub ask {
  my ($address, $port, $seconds) = @_;
  my $family = $address =~ /:/ ? AF_INET6 : AF_INET;
  my $ip = inet_pton($family, $address);
  my $to = $family == AF_INET ? pack_sockaddr_in(0, $ip) : pack_sockaddr_in6(0, $ip);
  my ($own, $tag) = (20000 + $$ % 20000, 1 + int rand 0xFFFFFFFE);
  my $socket = raw($family);
  my $init = pack 'CCnNNnnN', INITIATE, 0, 20, $tag, 65536, 1, 1, 1;
  my $end = time + $seconds;
  while (time < $end) {
    send($socket, packet($own, $port, 0, $init), 0, $to) or exit;
    my $ready = '';
    vec($ready, fileno($socket), 1) = 1;
    while (select(my $one = $ready, undef, undef, 0.3)) {
      my ($from, $source, $target, $given, $type, $content) = received($family, $socket) or next;
      # An answer from elsewhere is none.
      next unless $target == $own && $type == ABORT && $given == $tag && $source == $port;
      next unless address_in($family, $from) eq inet_ntop($family, $ip);
      my (undef, $length, $card) = unpack 'nna*', $content;
      print substr $card, 0, $length - 4;
      exit;
    }
  }
}

if ($task eq 'serve') { serve(@words) } else { ask(@words) }
