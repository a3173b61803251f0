// The suites that are no object's own, and the one table of all suites.
#pragma once

#include "ofxCore.h"
#include "ofxMemory.h"
#include "ofxMessage.h"
#include "ofxMultiThread.h"
#include "ofxProgress.h"
#include "ofxTimeLine.h"

namespace pyopenfx {

void* fetch_suite(OfxPropertySetHandle host, const char* name, int version);

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
