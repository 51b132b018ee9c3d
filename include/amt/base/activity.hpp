// Publishes what the main thread is doing, so that the watchdog can check it and name it in its
// message. Cheap enough to update for every file and every layer.
#pragma once

#include <atomic>
#include <cstdint>

namespace amt {

struct Activity {
  const char* phase = "";            ///< "training"
  std::int64_t step = -1;            ///< step within the phase; -1 if it has none
  const char* waiting_in = nullptr;  ///< collective that blocks; null while computing
  std::uint64_t progress = 0;        ///< increases whenever work advances
};

/// The storage behind current_activity(). Only the main thread writes it; the members are atomic
/// for the threads that read them.
struct ActivityState {
  std::atomic<const char*> phase = "starting";
  std::atomic<std::int64_t> step = -1;
  std::atomic<const char*> waiting_in = nullptr;
  std::atomic<std::uint64_t> progress = 0;
  double waited = 0;  ///< seconds; used by the main thread only
};
ActivityState& activity_state();
/// Makes a library that was loaded with its own copy of this code use the program's state,
/// `of_program`, from now on.
void share_activity(ActivityState& of_program);

/// Returns the main thread's activity. Its members may briefly be inconsistent while they are being
/// updated.
Activity current_activity();

/// Records progress; long-running work calls this after each part (a file, a layer, a block of
/// rows).
void note_progress();

/// Names a part of the main thread's work for the lifetime of the object; phases may nest. `name`
/// must be a string literal. Both ends of a phase count as progress.
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

/// Marks the main thread as waiting for other ranks in `operation`, a string literal, for the
/// lifetime of the object. If several are nested, the outermost counts. Both ends count as
/// progress.
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

/// Returns the seconds that the main thread has spent waiting so far.
double seconds_waited();

}  // namespace amt
