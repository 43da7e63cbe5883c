"""Operations put together from the ports, group by group."""
