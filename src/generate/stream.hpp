// Prints the notes of a piece during generation.
#pragma once

#include <chrono>
#include <cstddef>

#include "task.hpp"

namespace amt {

/// Prints notes to standard output, one per line in the format of text_of(), as soon as they are
/// generated. They are in order of onset and final: the finished piece contains exactly these
/// notes.
class NoteStream {
 public:
  /// Prints the notes that have not been printed yet. `drawn` is all events so far, including
  /// rests. Throws Error if standard output cannot be written.
  void print(const Events& drawn);

  /// Returns the seconds from construction to the first note; 0 if there is none.
  double seconds_to_first_note() const { return first_; }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double first_ = 0;
  std::size_t printed_ = 0;  // number of events printed
};

}  // namespace amt
