# Mail::DKIM as a judge: perl verify.pl ZONE MESSAGE... prints one line per message,
# "<path> <selector>=<result> ...". Keys come from ZONE ("name<TAB>record" lines), never from the network.
use strict;
use warnings;
use Net::DNS;
use Mail::DKIM::Verifier;

package FixtureResolver {
    sub new { my ($class, %zone) = @_; return bless {%zone}, $class }
    sub send {
        my ($self, $name, $type) = @_;
        my $packet = Net::DNS::Packet->new($name, $type);
        my $record = $self->{lc $name};
        if (defined $record && $type eq 'TXT') {
            my @strings = unpack '(A255)*', $record;
            $packet->push(answer => Net::DNS::RR->new(name => $name, type => 'TXT', txtdata => \@strings));
        } else {
            $packet->header->rcode('NXDOMAIN');
        }
        $packet->header->qr(1);
        return $packet;
    }
    sub errorstring { 'NXDOMAIN' }
}

my $zone_file = shift;
my %zone;
open my $in, '<', $zone_file or die "$zone_file: $!";
while (<$in>) { chomp; my ($name, $record) = split /\t/, $_, 2; $zone{$name} = $record }
close $in;
Mail::DKIM::DNS::resolver(FixtureResolver->new(%zone));

for my $path (@ARGV) {
    open my $message, '<:raw', $path or die "$path: $!";
    local $/;
    my $verifier = Mail::DKIM::Verifier->new;
    $verifier->PRINT(<$message>);
    $verifier->CLOSE;
    print join(' ', $path, map { $_->selector . '=' . $_->result } $verifier->signatures), "\n";
}
print 'knows-ed25519=', (eval { require Mail::DKIM::Algorithm::ed25519_sha256; 1 } ? 'yes' : 'no'), "\n";
