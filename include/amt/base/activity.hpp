// What the main thread is doing right now, readable by other threads: the watchdog uses it, and
// names it in its message. Cheap enough to update for every file and every layer.
#pragma once

#include <atomic>
#include <cstdint>

namespace amt {

struct Activity {
  const char* phase = "";            ///< "training"
  std::int64_t step = -1;            ///< of the phase; -1: it has no steps
  const char* waiting_in = nullptr;  ///< the collective it is blocked in; null: it computes
  std::uint64_t progress = 0;        ///< grows whenever work advances
};

/// Where it is kept. Written by the main thread alone; atomic for the threads that read.
struct ActivityState {
  std::atomic<const char*> phase = "starting";
  std::atomic<std::int64_t> step = -1;
  std::atomic<const char*> waiting_in = nullptr;
  std::atomic<std::uint64_t> progress = 0;
  double waited = 0;  ///< seconds; the main thread's own
};
ActivityState& activity_state();
/// For a library that is loaded with a copy of this code: from now on, `of_program` is its state.
void share_activity(ActivityState& of_program);

/// Of the main thread. Its members belong together but for the moment of a change.
Activity current_activity();

/// Call from within long work whenever a part of it (a file, a layer, a block of rows) is done.
void note_progress();

/// Names a part of the main thread's work for as long as it lives; phases may nest. `name` is a
/// literal. Its begin and its end are progress.
class Phase {
 public:
  explicit Phase(const char* name);
  ~Phase();
  Phase(const Phase&) = delete;
  Phase& operator=(const Phase&) = delete;

  void at_step(std::int64_t step);

 private:
  const char* outer_name_;
  std::int64_t outer_step_;
};

/// While it lives, the main thread waits for other ranks in `operation`, a literal. Of nested ones
/// the outermost counts. Its begin and its end are progress.
class Waiting {
 public:
  explicit Waiting(const char* operation);
  ~Waiting();
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  bool outermost_;
  double began_;
};

/// Seconds that the main thread has spent waiting so far.
double seconds_waited();

}  // namespace amt
