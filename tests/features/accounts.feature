Feature: Accounts
  People open an account with their e-mail address. Whoever reads the mail of that address can
  confirm it, and can get back in after having forgotten the password.

  Scenario: An address is confirmed with the token of the mail
    Given Nora has an account
    Then Nora's address is not confirmed
    When Nora confirms her address with the mail
    Then Nora's address is confirmed

  Scenario: The token is good once
    Given Nora has an account
    And Nora confirms her address with the mail
    When Nora confirms her address with the mail
    Then it is refused because the mail's token is no good

  Scenario: The token of another account's mail confirms nothing
    Given Nora has an account
    And Mia has an account
    When Mia uses the token of Nora's mail
    Then it is refused because the mail's token is no good
    When Nobody uses the token of Nora's mail
    Then it is refused because one has to log in
    And Nora's address is not confirmed
    And Mia's address is not confirmed
    When Nora confirms her address with the mail
    Then Nora's address is confirmed

  Scenario: The token of yesterday's mail is no good, that of another mail is
    Given Nora has an account
    And 25 hours pass for Nora
    When Nora confirms her address with the mail
    Then it is refused because the mail's token is no good
    When Nora asks for another mail
    And Nora confirms her address with the second mail
    Then Nora's address is confirmed

  Scenario: Nobody's mailbox is flooded
    Given Nora has an account
    When Nora asks for another mail 4 times
    And Nora asks for another mail
    Then it is refused because there were too many attempts
    And the refusal says when to try again

  Scenario: An address has one account, whatever its case
    Given Nora has an account
    When somebody opens another account with Nora's address in capitals
    Then it is refused because the address has an account

  Scenario: A forgotten password is replaced, and every session ends
    Given Nora has an account
    And Nora logs in on her phone
    When somebody says that Nora's password is forgotten
    And Nora chooses a new password with the mail
    Then Nora is no longer let in
    And Nora's phone is no longer let in
    And Nora is told by mail that her password was changed
    When Nora logs in with the old password
    Then it is refused because the address or the password is wrong
    When Nora logs in
    Then Nora is let in
    And Nora's address is confirmed

  Scenario: A password is replaced once with one mail
    Given Nora has an account
    And somebody says that Nora's password is forgotten
    And Nora chooses a new password with the mail
    When Nora chooses a new password with the mail
    Then it is refused because the mail's token is no good

  Scenario: The mail about a password is good for an hour
    Given Nora has an account
    And somebody says that Nora's password is forgotten
    And the mail about it has come
    And 61 minutes pass for Nora
    When Nora chooses a new password with the mail
    Then it is refused because the mail's token is no good
    And Nora is let in

  Scenario: The newest mail makes the older ones worthless
    Given Nora has an account
    And somebody says that Nora's password is forgotten
    And somebody says that Nora's password is forgotten
    When Nora chooses a new password with the second mail
    And Nora chooses a new password with the mail
    Then it is refused because the mail's token is no good

  Scenario: The token that confirms an address chooses no password
    Given Nora has an account
    When somebody chooses a password with the token that confirms Nora's address
    Then it is refused because the mail's token is no good

  Scenario: Nobody learns whether an address has an account
    Given Nora has an account
    When somebody says that Nora's password is forgotten
    And somebody says that the password of an address without an account is forgotten
    Then both heard the same
    And nothing was mailed to the address without an account

  Scenario: Whoever knows the password changes it, and only this session goes on
    Given Nora has an account
    And Nora logs in on her phone
    When Nora changes her password
    Then Nora is let in
    And Nora's phone is no longer let in
    And Nora is told by mail that her password was changed
    When Nora logs in with the old password
    Then it is refused because the address or the password is wrong
    When Nora logs in
    Then Nora is let in

  Scenario: Without the present password it is not changed
    Given Nora has an account
    And Nora logs in on her phone
    When Nora changes her password, but does not know the present one
    Then it is refused because the address or the password is wrong
    And Nora is let in
    And Nora's phone is let in
    When Nora logs in
    Then Nora is let in

  Scenario Outline: A bad new password is refused
    Given Nora has an account
    When Nora changes her password to one of <length> characters
    Then it is refused because something is wrong with the request
    And the refusal points at "new_password"

    Examples:
      | length |
      | 7      |
      | 129    |

  Scenario: A name can be changed
    Given Nora has an account
    When Nora calls herself "Eleonora"
    Then Nora's name is "Eleonora"
    When Nora calls herself " "
    Then it is refused because something is wrong with the request
    And Nora's name is "Eleonora"
