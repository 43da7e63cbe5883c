Feature: API keys
  An organizer's own servers call with keys that owners make. A key does what it was made for, for
  one organizer, until it expires or is revoked.

  Background:
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 5      |
    And Olga makes a live key called Desk for:
      | operation   |
      | ListOrders  |
      | CreateEvent |

  Scenario: A key lists the orders of its organizer
    Given Ada buys 1 Standing
    When Desk lists its orders
    Then Ada's order is among them
    When Desk lists the orders of Olga's organizer
    Then Ada's order is among them

  Scenario: A key plans events
    When Desk plans an event
    And Olga looks at the event
    Then the event is a draft

  Scenario Outline: A key does nothing that it was not made for
    When Desk <tries>
    Then it is refused because the key was not made for this

    Examples:
      | tries                |
      | looks at the event   |
      | publishes the event  |
      | renames the event    |
      | cancels the event    |

  Scenario Outline: Keys do not buy, and look after no accounts
    When Desk <tries>
    Then it is refused because it takes an account

    Examples:
      | tries                     |
      | holds 1 Standing          |
      | reads who the members are |
      | reads which keys there are |
      | looks at Ada's account    |

  Scenario: A key is for one organizer
    Given Otto runs a house of his own
    When Desk plans an event for Otto's house
    Then it is refused because there is no such organizer
    When Desk lists the orders of Otto's house
    Then it is refused because there is no such organizer

  Scenario: A key is shown once
    Then Olga was shown Desk's key
    When Olga reads which keys there are
    Then Desk's key is among them, but for its secret
    And nothing in the database is Desk's key

  Scenario: When a key was used is known to the minute
    When Olga reads which keys there are
    Then Desk's key was never used
    When Desk lists its orders
    And Olga reads which keys there are
    Then Desk's key was used just now

  Scenario: A key that was made for a day is over after a day
    Given Olga makes a live key called Till for a day for:
      | operation  |
      | ListOrders |
    When Till lists its orders
    Then nothing is found
    When 23 hours pass for the keys
    And Till lists its orders
    Then nothing is found
    When 2 hours pass for the keys
    And Till lists its orders
    Then it is refused because the token has expired
    When Desk lists its orders
    Then nothing is found

  Scenario: A key that is revoked stops at once
    When Olga revokes Desk's key
    And Desk lists its orders
    Then it is refused because the token was revoked
    When Olga revokes Desk's key
    And Olga reads which keys there are
    Then Desk's key is revoked

  Scenario Outline: A key is made for something that keys may do
    When Olga tries to make a key for <operation>
    Then it is refused because something is wrong with the request
    And the refusal points at "<field>"

    Examples:
      | operation    | field     |
      | nothing      | scopes    |
      | CreateHold   | scopes[0] |
      | CreateApiKey | scopes[0] |
      | Sesame       | scopes[0] |

  Scenario: Only owners make keys
    Given Mia has an account
    And Mia is a manager
    When Mia tries to make a key for ListOrders
    Then it is refused because it takes another role
    When Otto tries to make a key for ListOrders
    Then it is refused because there is no such organizer
    When Mia revokes Desk's key
    And Desk lists its orders
    Then it is refused because the token was revoked

  Scenario: What a test key plans, nobody else sees
    Given Olga makes a test key called Lab for everything
    And Olga makes a live key called Shop for everything
    When Lab puts on sale:
      | ticket   | price     | places |
      | Rehearse | 10.00 EUR | 5      |
    Then Lab sees the event, which is a test
    And neither Olga nor Ada nor Shop sees the event
    When Ada holds 1 Rehearse
    Then it is refused because there is no such event
    When Olga renames the event
    Then it is refused because there is no such event
    When Shop cancels the event
    Then it is refused because there is no such event

  Scenario: A test key sees nothing real
    Given Olga makes a test key called Lab for everything
    And Ada buys 1 Standing
    When Lab looks at the event
    Then it is refused because there is no such event
    When Lab looks at Ada's order
    Then it is refused because there is no such order
    When Lab lists its orders
    Then nothing is found
    When Lab cancels Ada's order
    Then it is refused because there is no such order

  Scenario: A test is bought from end to end by the guests of the test key
    Given Olga makes a test key called Lab for everything
    And Olga makes a live key called Shop for everything
    And Lab puts on sale:
      | ticket   | price     | places |
      | Rehearse | 10.00 EUR | 5      |
    And Tess comes as a guest of Lab
    When Tess buys 2 Rehearse
    Then Tess has 2 Rehearse tickets
    And Tess has paid 20.00 EUR in the end
    When Lab lists its orders
    Then Tess's order is among them
    When Olga lists the orders of her organizer
    Then nothing is found
    When Shop lists its orders
    Then nothing is found
    When Shop looks at Tess's order
    Then it is refused because there is no such order
    When Olga looks at Tess's order
    Then it is refused because there is no such order

  Scenario: Guests of a test key buy nothing real
    Given Olga makes a test key called Lab for everything
    And Tess comes as a guest of Lab
    When Tess looks at the event
    Then it is refused because there is no such event
    When Tess holds 1 Standing
    Then it is refused because there is no such event
    And 5 Standing tickets are left

  Scenario: Real guests buy no tests
    Given Olga makes a test key called Lab for everything
    And Olga makes a live key called Shop for everything
    And Lab puts on sale:
      | ticket   | price     | places |
      | Rehearse | 10.00 EUR | 5      |
    And Gina comes as a guest
    And Gus comes as a guest of Shop
    When Gina looks at the event
    Then it is refused because there is no such event
    When Gina holds 1 Rehearse
    Then it is refused because there is no such event
    When Gus holds 1 Rehearse
    Then it is refused because there is no such event
