"""A sale one can watch: many buyers, few tickets, and the sums checked afterwards."""
