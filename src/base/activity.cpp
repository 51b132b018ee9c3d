#include "amt/base/activity.hpp"

#include <chrono>

namespace amt {
namespace {

ActivityState own;
ActivityState* state = &own;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

ActivityState& activity_state() { return *state; }

void share_activity(ActivityState& of_program) { state = &of_program; }

Activity current_activity() {
  return {state->phase, state->step, state->waiting_in, state->progress};
}

void note_progress() { state->progress.fetch_add(1, std::memory_order_relaxed); }

Phase::Phase(const char* name) : outer_name_(state->phase), outer_step_(state->step) {
  state->phase = name;
  state->step = -1;
  note_progress();
}

Phase::~Phase() {
  state->phase = outer_name_;
  state->step = outer_step_;
  note_progress();
}

void Phase::at_step(std::int64_t number) {
  state->step = number;
  note_progress();
}

Waiting::Waiting(const char* operation) : outermost_(state->waiting_in == nullptr), began_(now()) {
  if (outermost_) state->waiting_in = operation;
  note_progress();
}

Waiting::~Waiting() {
  note_progress();
  if (!outermost_) return;
  state->waiting_in = nullptr;
  state->waited += now() - began_;
}

double seconds_waited() { return state->waited; }

}  // namespace amt
