#!/usr/bin/perl
# Canonical forms by Mail::DKIM, for comparison; input and output as in canonicalize_main.cpp.
use strict;
use warnings;
use Mail::DKIM::Canonicalization::relaxed;
use Mail::DKIM::Canonicalization::simple;

# Stands for a signature without l=.
package NoLimit;
sub body_count { return undef; }

package main;

while ( my $line = <STDIN> ) {
    my ( $kind, $form, $chunk, $hex ) = split / /, $line;
    $hex = '' unless defined $hex;
    $hex =~ s/\s+\z//;
    my $octets = pack 'H*', $hex;
    my $canonicalizer =
      "Mail::DKIM::Canonicalization::$form"->new( Signature => bless( {}, 'NoLimit' ) );
    my $result;
    if ( $kind eq 'body' ) {

        # the way of a message through Mail::DKIM, from behind its header on
        $canonicalizer->{in_header} = 0;
        $canonicalizer->PRINT($octets);
        $canonicalizer->CLOSE;
        $result = $canonicalizer->result;
    }
    else {
        $result = $canonicalizer->canonicalize_header($octets) . "\015\012";
    }
    print unpack( 'H*', $result ), "\n";
}
