// Fixture for tests of NcclReducer: a fake NCCL, and checks of error messages.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "amt/base/error.hpp"
#include "amt/collective/buckets.hpp"
#include "fake_nccl.hpp"
#include "src/cuda/nccl_reducer.hpp"

namespace amt::cuda {

using test::fake;
using test::FakeCall;

inline constexpr double kSeconds = 0.05;
inline const auto kCompute = reinterpret_cast<cudaStream_t>(7);

/// Returns the address of float i; no memory is read or written there.
inline float* at(std::int64_t i) { return reinterpret_cast<float*>(std::uintptr_t{1} << 40) + i; }

class NcclReducerTest : public testing::Test {
 protected:
  void SetUp() override {
    fake() = {};
    unsetenv("NCCL_ALGO");
  }
  /// Creates a reducer and discards the calls of its network test, which has its own tests.
  void make(double seconds = kSeconds) {
    reducer_ = make_nccl_reducer(3, kCompute, world_, seconds);
    fake().calls.clear();
    fake().groups = 0;
  }
  /// Runs `work` while another thread polls like a watchdog.
  template <class Work>
  void watched(const Work& work) {
    const std::jthread watchdog([this](const std::stop_token& over) {
      for (; !over.stop_requested(); std::this_thread::sleep_for(std::chrono::microseconds(100))) {
        reducer_->poll();
      }
    });
    work();
  }
  /// Returns the message of the error that `work` throws; "" if it throws none.
  template <class Work>
  std::string failure(const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  void expect_named(const std::string& message, const std::string& text) {
    const std::string me = "rank " + std::to_string(world_.rank()) + " of " +
                           std::to_string(world_.size()) + " on " + world_.host() + ", device 3";
    EXPECT_NE(message.find(me), std::string::npos) << message;
    EXPECT_NE(message.find("; "), std::string::npos) << "no advice on what to do next: " << message;
    expect_line(message, text);
  }
  /// Expects a CUDA error, which names the device; the log adds the rank.
  void expect_device(const std::string& message, const std::string& text) {
    EXPECT_NE(message.find("device 3"), std::string::npos) << message;
    expect_line(message, text);
  }
  void expect_line(const std::string& message, const std::string& text) {
    EXPECT_NE(message.find(text), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }

  mpi::Communicator world_ = mpi::Communicator::world();
  std::unique_ptr<Reducer> reducer_;
};

}  // namespace amt::cuda
