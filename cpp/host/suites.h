// The suites that are no object's own, and the one table of all suites.
#pragma once

#include <string>
#include <vector>

#include "ofxCore.h"
#include "ofxMemory.h"
#include "ofxMessage.h"
#include "ofxMultiThread.h"
#include "ofxProgress.h"
#include "ofxTimeLine.h"

namespace pyopenfx {

struct MissingSuite {
  std::string name;
  int version;
};

// What plug-ins asked for and this host lacks, since the process began; told to stderr at once
// where `tell_missing_suites` asks for it, for a plug-in may not survive its absence.
std::vector<MissingSuite> missing_suites();
void tell_missing_suites(bool tell);

const void* fetch_suite(OfxPropertySetHandle host, const char* name, int version);

const void* parametric_suite();
const void* plane_suite_v1();
const void* plane_suite_v2();
const OfxMemorySuiteV1* memory_suite();
const OfxMultiThreadSuiteV1* multi_thread_suite();
const OfxMessageSuiteV1* message_suite_v1();
const OfxMessageSuiteV2* message_suite_v2();
const OfxProgressSuiteV1* progress_suite_v1();
const OfxProgressSuiteV2* progress_suite_v2();
const OfxTimeLineSuiteV1* time_line_suite();

// Threads that the multi-thread suite reports and runs at once; at least 1.
void set_thread_count(unsigned int count);
unsigned int thread_count();

}  // namespace pyopenfx
