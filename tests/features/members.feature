Feature: Members of an organizer
  Owners invite people by mail. What a member may do depends on the role, and ends with it.

  Background:
    Given these tickets are planned:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 5      |
    And Mia has an account

  Scenario: Who is invited by mail becomes a member by accepting
    When Mia looks at the event
    Then it is refused because there is no such event
    When Olga invites Mia as manager
    And Mia looks at the event
    Then it is refused because there is no such event
    When Mia accepts the invitation
    Then Mia is manager there
    When Mia renames the event
    And Mia publishes the event
    And Mia looks at the event
    Then the event is on sale

  Scenario: An invitation may be older than the account
    Given Olga invites Finn as finance, who has no account yet
    And Finn has an account
    When Finn accepts the invitation
    Then Finn is finance there

  Scenario: An invitation is for the account of its address only
    Given Nora has an account
    And Olga invites Mia as manager
    When Nora accepts Mia's invitation
    Then it is refused because there is no such invitation
    When Nora looks at the event
    Then it is refused because there is no such event
    When Mia accepts the invitation
    Then Mia is manager there

  Scenario: An invitation is open for a week
    Given Olga invites Mia as manager
    And 6 days pass for Mia
    Then Olga reads that Mia's invitation is open
    When 2 days pass for Mia
    Then Olga reads that Mia's invitation is expired
    When Mia accepts the invitation
    Then it is refused because the invitation is over
    And Mia belongs to no organizer

  Scenario: An invitation can be taken back
    Given Olga invites Mia as manager
    When Olga takes the invitation back
    Then Olga reads that Mia's invitation is revoked
    When Mia accepts the invitation
    Then it is refused because the invitation is over
    When Olga takes the invitation back
    Then it is refused because the invitation is over
    And Mia belongs to no organizer

  Scenario: An invitation is accepted once
    Given Olga invites Mia as manager
    And Mia accepts the invitation
    When Mia accepts the invitation
    Then it is refused because the invitation is over
    When Olga invites Mia as owner
    And Mia accepts the second invitation
    Then it is refused because there is such a member already
    And Mia is manager there

  Scenario: Who was removed does not come back with the old invitation
    Given Olga invites Mia as manager
    And Mia accepts the invitation
    And Olga removes Mia
    When Mia accepts the invitation
    Then it is refused because the invitation is over
    And Mia belongs to no organizer

  Scenario: A manager sells
    Given Mia is a manager
    When Mia publishes the event
    And Mia adds 3 Box tickets for 80.00 EUR
    And Ada buys 1 Standing
    And Mia lists the orders of Olga's organizer
    Then Ada's order is among them
    When Mia reads who the members are
    Then the members are Olga as owner and Mia as manager
    When Mia invites Finn as scanner, who has no account yet
    Then it is refused because it takes another role
    When Mia makes Olga a scanner
    Then it is refused because it takes another role

  Scenario: Finance reads orders, and changes nothing
    Given Mia is a finance
    When Mia looks at the event
    Then the event is a draft
    When Mia publishes the event
    Then it is refused because it takes another role
    When Mia renames the event
    Then it is refused because it takes another role
    When Olga publishes the event
    And Ada buys 1 Standing
    And Mia lists the orders of Olga's organizer
    Then Ada's order is among them
    When Mia looks at Ada's order
    And Mia looks at the tickets of Ada's order
    Then it is refused because it takes another role
    When Mia cancels Ada's order
    Then it is refused because it takes another role

  Scenario: A scanner sees drafts, and no orders
    Given Mia is a scanner
    When Mia looks at the event
    Then the event is a draft
    When Mia publishes the event
    Then it is refused because it takes another role
    When Mia lists the orders of Olga's organizer
    Then it is refused because it takes another role
    When Mia reads who the members are
    Then it is refused because it takes another role

  Scenario: Another role counts from the next call on
    Given Mia is a finance
    When Olga makes Mia a manager
    And Mia publishes the event
    And Olga makes Mia a scanner
    And Mia closes the event
    Then it is refused because it takes another role
    And Mia is scanner there

  Scenario: Who is removed loses everything at once
    Given Mia is a manager
    When Olga removes Mia
    And Mia looks at the event
    Then it is refused because there is no such event
    When Mia publishes the event
    Then it is refused because there is no such event
    When Mia lists the orders of Olga's organizer
    Then it is refused because there is no such organizer
    When Mia reads who the members are
    Then it is refused because there is no such organizer
    And Mia belongs to no organizer

  Scenario: Everybody may leave, and only owners send others away
    Given Mia is a manager
    When Mia removes Olga
    Then it is refused because it takes another role
    When Mia removes Mia
    Then Mia belongs to no organizer

  Scenario: The last owner stays, and stays an owner
    Given Mia is a manager
    When Olga removes Olga
    Then it is refused because there must be an owner
    When Olga makes Olga a manager
    Then it is refused because there must be an owner
    When Olga makes Mia an owner
    And Olga removes Olga
    And Mia publishes the event
    And Olga closes the event
    Then it is refused because one has to be a member
    When Mia removes Mia
    Then it is refused because there must be an owner

  Scenario: Only who has confirmed an address invites others
    Given Mia is a manager
    And Olga makes Mia an owner
    And Finn has an account
    When Mia invites Finn as scanner
    Then it is refused because the address is not confirmed
    When Mia confirms her address with the mail
    And Mia invites Finn as scanner
    And Finn accepts the invitation
    Then Finn is scanner there

  Scenario: Nobody is asked again and again
    Given Finn has an account
    And Olga invites Finn as scanner
    And Olga invites Finn as finance
    And Olga invites Finn as manager
    When Olga invites Finn as scanner
    Then it is refused because there were too many attempts
    And the refusal says when to try again
    When Olga invites Mia as scanner
    And Mia accepts the invitation
    Then Mia is scanner there
    When 25 hours pass for Finn
    And Olga invites Finn as scanner
    And Finn accepts the invitation
    Then Finn is scanner there

  Scenario: To strangers the members do not exist
    Given Mia is a manager
    When Otto reads who the members are
    Then it is refused because there is no such organizer
    When Otto removes Mia
    Then it is refused because there is no such organizer
    When Otto invites Nora as owner, who has no account yet
    Then it is refused because there is no such organizer
