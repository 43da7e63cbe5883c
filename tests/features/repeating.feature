Feature: Saying it twice
  Networks fail, and impatient people press buttons twice. The same request has one effect,
  and everybody who repeats it hears the same answer, whichever way it came in.

  Background:
    Given these tickets are on sale:
      | ticket   | price     | places |
      | Standing | 25.00 EUR | 2      |

  Scenario: A hold that is asked for twice is one hold
    Given Ada holds 1 Standing
    When Ada sends that request again
    Then the answer is the same as before
    And 1 Standing ticket is left

  Scenario: Through the other face it is the same request
    Given Ada holds 1 Standing
    When Ada sends that request again through the other face
    Then the answer is the same as before
    And 1 Standing ticket is left

  Scenario: Who got the last tickets does not hear "sold out"
    Given Ada holds 2 Standing
    When Ada sends that request again
    Then the answer is the same as before
    And 0 Standing tickets are left

  Scenario: The same key for something else is refused
    Given Ada holds 1 Standing
    When Ada sends another request under the same key
    Then it is refused because the key was used before
    And 1 Standing ticket is left

  Scenario: The same key for something else is refused through the other face, too
    Given Ada holds 1 Standing
    When Ada sends another request under the same key through the other face
    Then it is refused because the key was used before
    And 1 Standing ticket is left

  Scenario: A key belongs to one person
    Given Ada holds 1 Standing
    When Ben sends that request under the same key
    Then Ben's hold is active
    And 0 Standing tickets are left

  Scenario: An order that is sent twice is one order
    Given Ada holds 1 Standing
    And Ada checks out
    When Ada sends that request again through the other face
    Then the answer is the same as before

  Scenario: A payment that is sent twice takes the money once
    Given Ada holds 1 Standing
    And Ada checks out
    And Ada pays
    When Ada sends that request again through the other face
    Then the answer is the same as before
    And Ada's order is confirmed
    And Ada has paid 25.00 EUR in the end

  Scenario: A refused order stays refused under its key
    Given Ada holds 1 Standing
    And 6 minutes pass
    When Ada checks out
    Then it is refused because the hold has expired
    When Ada sends that request again through the other face
    Then it is refused because the hold has expired

  Scenario: A refused hold may be tried again under its key
    Given Ben holds 2 Standing
    When Ada holds 1 Standing
    Then it is refused because not enough tickets are left
    When Ben gives the hold back
    And Ada sends her request again
    Then Ada's hold is active

  Scenario: A cancellation that is sent twice
    Given Ada holds 1 Standing
    And Ada checks out
    And Ada cancels the order
    When Ada sends that request again
    Then the answer is the same as before
    And Ada's order is cancelled

  Scenario: Twenty times at the same moment
    When Ada sends one request for 1 Standing 20 times at the same moment
    Then everybody hears of the same hold
    And 1 Standing ticket is left
