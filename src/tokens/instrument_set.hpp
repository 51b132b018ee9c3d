// Counts the instruments of one piece.
#pragma once

#include <bitset>

#include "amt/tokens/events.hpp"
#include "amt/tokens/vocabulary.hpp"

namespace amt {

class InstrumentSet {
 public:
  /// Returns false if there are now more than a piece may have.
  bool add(int instrument) {
    const std::size_t index = instrument;
    if (seen_[index]) return true;
    seen_[index] = true;
    return ++count_ <= kMostInstruments;
  }

 private:
  std::bitset<kInstruments> seen_;
  std::size_t count_ = 0;
};

}  // namespace amt
