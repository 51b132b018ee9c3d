// Declares a virtual function for each operator of a list, and implements them all with one
// template. Restricted to C++17.
#pragma once

namespace amt {

template <class... Op>
struct OperatorList {};

/// Derives from Base and adds a pure virtual run(const Op&) for each Op of the list.
template <class Base, class List>
class Interface;

template <class Base, class Op>
class Interface<Base, OperatorList<Op>> : public Base {
 public:
  virtual void run(const Op& op) = 0;
};

template <class Base, class Op, class... Rest>
class Interface<Base, OperatorList<Op, Rest...>> : public Interface<Base, OperatorList<Rest...>> {
 public:
  using Interface<Base, OperatorList<Rest...>>::run;
  virtual void run(const Op& op) = 0;
};

/// Implements Base's run() for each operator by calling Derived's `template <class Op> void
/// execute(const Op&)`, which must be accessible. Base is an Interface of the list or a class
/// derived from one.
template <class Derived, class Base, class List>
class Implement;

template <class Derived, class Base>
class Implement<Derived, Base, OperatorList<>> : public Base {
 public:
  using Base::Base;
  using Base::run;
};

template <class Derived, class Base, class Op, class... Rest>
class Implement<Derived, Base, OperatorList<Op, Rest...>>
    : public Implement<Derived, Base, OperatorList<Rest...>> {
  using Next = Implement<Derived, Base, OperatorList<Rest...>>;

 public:
  using Next::Next;
  using Next::run;
  void run(const Op& op) final { static_cast<Derived&>(*this).execute(op); }
};

}  // namespace amt
