Feature: Superusers
  Superusers look after the accounts. The first one is whoever registered first; here that is Ruth.
  There is always one at least.

  Background:
    Given Nora has an account

  Scenario: A superuser makes another one, and takes it back
    When Ruth makes Nora a superuser
    Then Nora is a superuser
    When Nora looks at Ada's account
    Then the account is Ada's
    When Ruth makes Nora an ordinary user
    Then Nora is not a superuser
    When Nora looks at Ada's account
    Then it is refused because only superusers may

  Scenario: A superuser sees every account
    When Ruth reads the list of accounts 50 at a time
    Then the accounts of Ruth and Ada and Nora are among them
    And each is there once, oldest first

  Scenario Outline: Ordinary users are refused
    When Nora <tries>
    Then it is refused because only superusers may

    Examples:
      | tries                       |
      | lists the accounts          |
      | looks at Ada's account      |
      | deactivates Ada             |
      | activates Ada               |
      | makes Nora a superuser      |
      | makes Ruth an ordinary user |

  Scenario: A superuser is no member of anybody's organizer
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 5      |
    When Ruth lists the orders of Olga's organizer
    Then it is refused because there is no such organizer
    When Ruth closes the event
    Then it is refused because one has to be a member

  Scenario: Nobody shuts the door behind themselves
    When Ruth deactivates Ruth
    Then it is refused because nobody shuts themselves out
    And Ruth is let in

  Scenario: There is always one
    Given nobody but Ruth is a superuser
    When Ruth makes Ruth an ordinary user
    Then it is refused because there must be a superuser
    And Ruth is a superuser

  Scenario: With another one, a superuser may step down
    Given Ruth makes Nora a superuser
    And nobody but Ruth and Nora is a superuser
    When Nora makes Nora an ordinary user
    Then Nora is not a superuser

  Scenario: Two who dismiss each other at the same moment leave one
    Given Ruth makes Nora a superuser
    And nobody but Ruth and Nora is a superuser
    When Ruth and Nora make each other ordinary users at the same moment
    Then exactly one of Ruth and Nora is a superuser

  Scenario: Who is deactivated cannot be made a superuser
    Given Ruth deactivates Nora
    When Ruth makes Nora a superuser
    Then it is refused because the account is deactivated
