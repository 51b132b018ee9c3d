// Reducers for tests: for a single process, and some that watch or corrupt the data.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "amt/collective/reducer.hpp"

namespace amt::test {

/// The communicator and reducer with which a single process trains alone, without MPI.
struct Alone {
  mpi::Communicator ranks = mpi::Communicator::self();
  std::unique_ptr<Reducer> reducer = make_single_reducer();
};

/// Forwards everything to another reducer; by default to that of a single process.
class PassingReducer : public Reducer {
 public:
  PassingReducer() : own_(make_single_reducer()), to_(*own_) {}
  explicit PassingReducer(Reducer& to) : to_(to) {}
  std::string name() const override { return to_.name(); }
  void broadcast(float* data, std::int64_t count) override { to_.broadcast(data, count); }
  void all_reduce(float* data, std::int64_t count) override { to_.all_reduce(data, count); }
  void reduce_scatter(const SlicedBuffer& buffer, Slice range) override {
    to_.reduce_scatter(buffer, range);
  }
  void all_gather(const SlicedBuffer& buffer) override { to_.all_gather(buffer); }
  void await_gathered(std::int64_t end) override { to_.await_gathered(end); }
  void wait() override { to_.wait(); }
  std::uint64_t reduced_bytes() const override { return to_.reduced_bytes(); }

 private:
  std::unique_ptr<Reducer> own_;
  Reducer& to_;
};

/// Makes this rank's gradient non-finite in chosen steps, like a failing device or an overflow. In
/// a sliced gradient only one float changes, so only one slice is affected.
class PoisonedReducer : public PassingReducer {
 public:
  explicit PoisonedReducer(std::vector<std::int64_t> steps) : steps_(std::move(steps)) {}
  PoisonedReducer(Reducer& to, bool here, std::vector<std::int64_t> steps)
      : PassingReducer(to), here_(here), steps_(std::move(steps)) {}

  void all_reduce(float* data, std::int64_t count) override {
    poison(data[count - 1]);
    PassingReducer::all_reduce(data, count);
  }
  void reduce_scatter(const SlicedBuffer& buffer, Slice range) override {
    if (range.begin == 0) poison(*buffer.data);
    PassingReducer::reduce_scatter(buffer, range);
  }
  void wait() override {
    PassingReducer::wait();
    step_ += std::exchange(in_step_, false);
  }

 private:
  void poison(float& value) {
    in_step_ = true;
    const bool now = std::ranges::find(steps_, step_) != steps_.end();
    if (here_ && now) value = std::numeric_limits<float>::quiet_NaN();
  }

  bool here_ = true;
  std::vector<std::int64_t> steps_;
  std::int64_t step_ = 0;
  bool in_step_ = false;
};

/// Makes this rank's gradient a thousand times as large in one step.
class SpikingReducer : public PassingReducer {
 public:
  explicit SpikingReducer(std::int64_t step) : spike_(step) {}
  SpikingReducer(Reducer& to, bool here, std::int64_t step)
      : PassingReducer(to), spike_(here ? step : -1) {}

  void all_reduce(float* data, std::int64_t count) override {
    amplify(data, count);
    PassingReducer::all_reduce(data, count);
  }
  void reduce_scatter(const SlicedBuffer& buffer, Slice range) override {
    amplify(buffer.data + range.begin, range.count());
    PassingReducer::reduce_scatter(buffer, range);
  }
  void wait() override {
    PassingReducer::wait();
    step_ += std::exchange(in_step_, false);
  }

 private:
  void amplify(float* gradient, std::int64_t count) {
    in_step_ = true;
    for (std::int64_t i = 0; step_ == spike_ && i < count; ++i) gradient[i] *= 1000;
  }

  std::int64_t spike_;
  std::int64_t step_ = 0;
  bool in_step_ = false;
};

/// Makes this rank's copy of what rank 0 sends slightly different.
class SkewedReducer : public PassingReducer {
 public:
  SkewedReducer(Reducer& to, bool here) : PassingReducer(to), here_(here) {}
  void broadcast(float* data, std::int64_t count) override {
    PassingReducer::broadcast(data, count);
    if (here_) data[0] += 1e-3f;
  }

 private:
  bool here_;
};

}  // namespace amt::test
