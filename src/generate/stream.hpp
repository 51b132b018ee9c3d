// Prints the notes of a piece while it is generated.
#pragma once

#include <chrono>
#include <cstddef>

#include "task.hpp"

namespace amt {

/// Prints notes to standard output, a line for each as text_of() has it, as soon as they are drawn:
/// in order of onset, and final, so that the finished piece has each of them as it was printed.
class NoteStream {
 public:
  /// Prints what follows the notes that were printed before. `drawn`: all events so far, rests
  /// included. Error if standard output takes no more.
  void print(const Events& drawn);

  /// From the stream's making to its first note; 0 without one.
  double seconds_to_first_note() const { return first_; }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double first_ = 0;
  std::size_t printed_ = 0;  // of the events
};

}  // namespace amt
