#include "amt/base/activity.hpp"

#include <atomic>
#include <chrono>

namespace amt {
namespace {

// Written by the main thread alone; atomic for the threads that read.
std::atomic<const char*> phase = "starting";
std::atomic<std::int64_t> step = -1;
std::atomic<const char*> waiting_in = nullptr;
std::atomic<std::uint64_t> progress = 0;
double waited = 0;  // the main thread's own

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Activity current_activity() { return {phase, step, waiting_in, progress}; }

void note_progress() { progress.fetch_add(1, std::memory_order_relaxed); }

Phase::Phase(const char* name) : outer_name_(phase), outer_step_(step) {
  phase = name;
  step = -1;
  note_progress();
}

Phase::~Phase() {
  phase = outer_name_;
  step = outer_step_;
  note_progress();
}

void Phase::at_step(std::int64_t number) {
  step = number;
  note_progress();
}

Waiting::Waiting(const char* operation) : outermost_(waiting_in == nullptr), began_(now()) {
  if (outermost_) waiting_in = operation;
  note_progress();
}

Waiting::~Waiting() {
  note_progress();
  if (!outermost_) return;
  waiting_in = nullptr;
  waited += now() - began_;
}

double seconds_waited() { return waited; }

}  // namespace amt
