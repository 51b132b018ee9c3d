#include <algorithm>
#include <deque>
#include <vector>

#include "amt/collective/reducer.hpp"

namespace amt {
namespace {

// 25 MB: long enough to run at the network's bandwidth, short enough that the first bucket leaves
// early in the backward pass.
constexpr std::int64_t kBucketFloats = 25 * 1000 * 1000 / 4;
// Bounds the host memory; by then the oldest has had the time of two buckets' backward work.
constexpr std::size_t kMaxInFlight = 4;

/// A bucket of a gradient buffer whose sum is under way, in host memory.
struct Transfer {
  float* device = nullptr;
  std::vector<float> host;
  mpi::Request request;  // after `host`: it is waited for before the memory goes
};

/// Sums through host memory, on any device: the copies cost little beside the backward pass, and
/// they leave the gradients alone until their sum is complete.
class MpiReducer : public Reducer {
 public:
  MpiReducer(Ops& ops, mpi::Communicator& communicator) : ops_(ops), communicator_(communicator) {}

  std::string name() const override { return "mpi"; }
  int rank() const override { return communicator_.rank(); }
  int ranks() const override { return communicator_.size(); }

  void broadcast(float* data, std::int64_t count) override {
    for (std::int64_t at = 0; at < count; at += kBucketFloats) {
      std::vector<float> host(static_cast<std::size_t>(std::min(kBucketFloats, count - at)));
      const std::size_t bytes = host.size() * sizeof(float);
      if (rank() == 0) ops_.to_host(host.data(), data + at, bytes);
      communicator_.broadcast(std::as_writable_bytes(std::span(host)), 0);
      if (rank() != 0) ops_.to_device(data + at, host.data(), bytes);
    }
  }

  /// Neighbouring ranges are merged, in either direction, until a bucket is full.
  void start_sum(float* data, std::int64_t count) override {
    if (count == 0) return;
    if (pending_count_ > 0 && data == pending_ + pending_count_) {
      pending_count_ += count;
    } else if (pending_count_ > 0 && data + count == pending_) {
      pending_ = data;
      pending_count_ += count;
    } else {
      send_pending();
      pending_ = data;
      pending_count_ = count;
    }
    if (pending_count_ >= kBucketFloats) send_pending();
    for (Transfer& transfer : in_flight_) transfer.request.done();  // MPI moves only when called
  }

  void finish() override {
    send_pending();
    while (!in_flight_.empty()) complete_oldest();
  }

  void sum(std::span<double> values) override {
    summed_bytes_ += values.size_bytes();
    communicator_.all_reduce_sum(values);
  }
  std::uint64_t summed_bytes() const override { return summed_bytes_; }
  double max(double value) override { return communicator_.all_reduce_max(value); }
  bool any(bool value) override { return communicator_.any_of(value); }

 private:
  void send_pending() {
    for (std::int64_t at = 0; at < pending_count_; at += kBucketFloats) {
      send(pending_ + at, std::min(kBucketFloats, pending_count_ - at));
    }
    pending_count_ = 0;
  }

  void send(float* data, std::int64_t count) {
    if (in_flight_.size() == kMaxInFlight) complete_oldest();
    Transfer transfer;
    transfer.device = data;
    transfer.host = std::move(spare_);
    transfer.host.resize(static_cast<std::size_t>(count));
    ops_.to_host(transfer.host.data(), data, transfer.host.size() * sizeof(float));
    summed_bytes_ += transfer.host.size() * sizeof(float);
    transfer.request = communicator_.start_all_reduce_sum(transfer.host);
    in_flight_.push_back(std::move(transfer));
  }

  void complete_oldest() {
    Transfer& oldest = in_flight_.front();
    oldest.request.wait();
    ops_.to_device(oldest.device, oldest.host.data(), oldest.host.size() * sizeof(float));
    spare_ = std::move(oldest.host);
    in_flight_.pop_front();
  }

  Ops& ops_;
  mpi::Communicator& communicator_;
  std::deque<Transfer> in_flight_;
  std::vector<float> spare_;
  float* pending_ = nullptr;
  std::int64_t pending_count_ = 0;
  std::uint64_t summed_bytes_ = 0;
};

}  // namespace

std::unique_ptr<Reducer> make_mpi_reducer(Ops& ops, mpi::Communicator& communicator) {
  return std::make_unique<MpiReducer>(ops, communicator);
}

}  // namespace amt
