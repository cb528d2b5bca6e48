# Mail::AuthenticationResults as a reader: field values as JSON strings, one a line, come in; what it finds goes out the same
# way: {"authserv_id": ..., "results": [{"method": ..., "result": ..., "properties": [[key, value], ...]}, ...]}, or
# {"error": ...}.
use strict;
use warnings;
use JSON::PP;
use Mail::AuthenticationResults::Parser;

my $json = JSON::PP->new->canonical->allow_nonref;
$| = 1;
while (my $line = <STDIN>) {
    my $value = $json->decode($line);
    my $header = eval { Mail::AuthenticationResults::Parser->new($value)->parsed };
    if (!$header) {
        print $json->encode({error => "$@"}), "\n";
        next;
    }
    my @results;
    for my $entry (@{$header->children}) {
        next if ref($entry) ne 'Mail::AuthenticationResults::Header::Entry';
        my @properties = map { [$_->key, $_->value] }
            grep { ref($_) eq 'Mail::AuthenticationResults::Header::SubEntry' } @{$entry->children};
        push @results, {method => $entry->key, result => $entry->value, properties => \@properties};
    }
    print $json->encode({authserv_id => $header->value->value, results => \@results}), "\n";
}
