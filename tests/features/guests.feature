Feature: Guests
  Who does not want an account buys as a guest. Whoever opens an account with the same address
  later, and confirms the address, may take over what the guest had.

  Background:
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 9      |
    And Gina comes as a guest

  Scenario: A guest buys tickets
    When Gina looks at the event
    Then the event is on sale
    When Gina buys 2 Standing
    Then Gina has 2 Standing tickets
    And Gina has paid 50.00 EUR in the end
    When Gina lists her orders
    Then Gina's order is among them

  Scenario: A guest sees nobody else's things
    Given Gus comes as a guest with Gina's address
    And Ada buys 1 Standing
    And Gina buys 1 Standing
    And Gina holds 1 Standing
    When Gina looks at Ada's order
    Then it is refused because there is no such order
    When Gus looks at Gina's order
    Then it is refused because there is no such order
    When Gus looks at Gina's hold
    Then it is refused because there is no such hold
    When Gus looks at the tickets of Gina's order
    Then it is refused because there is no such order
    When Gus lists his orders
    Then nothing is found

  Scenario: A guest has no account
    When Gina calls herself "Gina"
    Then it is refused because it takes an account
    When Gina renames the event
    Then it is refused because it takes an account
    When Gina takes over what guests with her address had
    Then it is refused because it takes an account

  Scenario: What a guest had belongs to the account, once the address is confirmed
    Given Gina buys 2 Standing
    And Gina holds 1 Standing
    And Gwen has an account with Gina's address
    When Gwen takes over what guests with her address had
    Then it is refused because the address is not confirmed
    When Gwen looks at Gina's order
    Then it is refused because there is no such order
    When Gwen confirms her address with the mail
    And Gwen takes over what guests with her address had
    Then she took over 1 guest
    And Gina's order, tickets and hold are Gwen's
    When Gina looks at the event
    Then it is refused because the token was revoked
    When Gina lists her orders again
    Then it is refused because the token was revoked
    When Gwen checks out with Gina's hold
    And Gwen pays
    Then Gwen's order is confirmed

  Scenario: Several guests are taken over at once, and each of them once
    Given Gus comes as a guest with Gina's address
    And Gina buys 1 Standing
    And Gus buys 1 Standing
    And Gwen has an account with Gina's address
    And Gwen confirms her address with the mail
    When Gwen takes over what guests with her address had
    Then she took over 2 guests
    When Gwen takes over what guests with her address had
    Then she took over 0 guests
    When Gwen looks at Gina's order
    And Gwen looks at Gus's order
    And Gwen lists her orders
    Then Gus's order is among them

  Scenario: With another address nothing is taken over
    Given Gina buys 1 Standing
    And Nora has an account
    And Nora confirms her address with the mail
    When Nora takes over what guests with her address had
    Then she took over 0 guests
    When Nora looks at Gina's order
    Then it is refused because there is no such order
    When Gina looks at Gina's order
    And Gina looks at the event
    Then the event is on sale

  Scenario: An address that is none makes no guest
    When somebody comes as a guest with the address "gina"
    Then it is refused because something is wrong with the request
    And the refusal points at "email"
